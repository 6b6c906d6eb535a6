"""The URLs of the site."""

from django.contrib import admin
from django.urls import include, path

from config.app_schema import app_document
from config.reference.views import reference
from config.schema import SchemaView, feed_document
from config.views import favicon

urlpatterns = [
    path("favicon.ico", favicon),
    path("admin/", admin.site.urls),
    path("api/v1/", include("videos.api.urls")),
    path("api/v1/", include("accounts.app_urls")),
    path("api/v1/schema/", SchemaView.as_view(), name="schema"),
    path("api/v1/schema/feed/", feed_document, name="feed-schema"),
    path("api/v1/schema/apps/", app_document, name="app-schema"),
    path("api/docs/", reference, name="docs"),
    path("", include("videos.pages.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
]

handler400 = "config.views.bad_request"
# allauth uses this name.
handler429 = "config.views.too_many_requests"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
