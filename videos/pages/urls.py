"""The pages' addresses."""

from django.urls import path

from videos.pages import views

urlpatterns = [
    path("", views.library, name="library"),
    path("library/cards/<uuid:video_id>/", views.card, name="card"),
    path("upload/", views.upload, name="upload"),
    path("watch/<uuid:video_id>/", views.watch, name="watch"),
]
