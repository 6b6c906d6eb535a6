"""The pages' addresses."""

from django.urls import path, register_converter
from django.urls.converters import UUIDConverter

from videos.pages import open_views, views


class AnyCaseConverter(UUIDConverter):
    """An id however it was written: some programs that hand addresses on write large letters."""

    regex = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"


register_converter(AnyCaseConverter, "id")

urlpatterns = [
    path("", views.library, name="library"),
    path("library/cards/<id:video_id>/", views.card, name="card"),
    path("upload/", views.upload, name="upload"),
    path("watch/<id:video_id>/", views.watch, name="watch"),
    path("embed/<id:video_id>/", open_views.embed, name="embed"),
    path("poster/<id:video_id>/", open_views.poster, name="poster"),
    path("oembed/", open_views.oembed, name="oembed"),
]
