"""Middleware for all API responses: validators, compression, and cache headers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag
from django.utils.deprecation import MiddlewareMixin

from accounts.throttling import Usage
from videos.api.throttles import USAGE
from videos.playback.accepted import takes_gzip

_API = "/api/v1/"
# Headers that browsers read only of pages.
_OF_PAGES = (
    "Content-Security-Policy",
    "X-Frame-Options",
    "Cross-Origin-Opener-Policy",
    "Referrer-Policy",
)
_READS = ("GET", "HEAD")


class ApiHeaders(MiddlewareMixin):
    """The outermost middleware: sets the cache and rate limit headers, and removes the headers that
    are only for pages."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Change the headers of an API response."""
        if not request.path_info.startswith(_API):
            return response
        for name in _OF_PAGES:
            response.headers.pop(name, None)
        if not response.has_header("Cache-Control"):
            keeps = request.method in _READS and response.status_code in (200, 304)
            response["Cache-Control"] = "private, no-cache" if keeps else "no-store"
        if "public" not in response["Cache-Control"]:
            patch_vary_headers(response, ["Authorization", "Cookie"])
        usage: Usage | None = getattr(request, USAGE, None)
        if usage is not None:
            for name, value in usage.headers.items():
                response[name] = value
        return response


class ApiGzip(GZipMiddleware):
    """Compresses responses of the API; media are compressed elsewhere."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Return the response, compressed if the client accepts gzip."""
        if response.streaming or not request.path_info.startswith(_API):
            return response
        # Django matches the name even if the header refuses it (`gzip;q=0`).
        if not takes_gzip(request.headers.get("Accept-Encoding", "")):
            patch_vary_headers(response, ["Accept-Encoding"])
            return response
        return super().process_response(request, response)


class ApiValidators(MiddlewareMixin):
    """Adds an ETag to what is read or changed, and answers 304 if the client has it already."""

    def process_response(
        self, request: HttpRequest, response: HttpResponse
    ) -> HttpResponseBase | None:
        """Return the response, or a 304 if it has not changed."""
        tells = request.method in (*_READS, "PATCH") and response.status_code == 200
        if response.streaming or not tells or not request.path_info.startswith(_API):
            return response
        if not response.has_header("ETag"):
            set_response_etag(response)
        if request.method not in _READS or not request.headers.get("If-None-Match"):
            return response
        return get_conditional_response(request, etag=response["ETag"], response=response)
