"""Enforce HTTPS: refuse plain HTTP requests to the API, and redirect those to pages.

A program that is redirected sends its key unencrypted each time and nobody notices; besides, 301
turns its POST into a GET. With ``HSTS_SECONDS=0`` Django sends no HSTS header, and browsers keep
to the previous one, perhaps for a year: only ``max-age=0`` revokes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from config.body_guard import Refusal, refuse

# Addresses that programs use: a redirect would cost them their body.
_BY_PROGRAMS = ("/api/v1/", "/u/")
_IN_THE_CLEAR = Refusal(
    403,
    "https_required",
    "Ask by HTTPS. What was sent went over the line in the clear: if a key was with it, revoke it.",
)


@dataclass(frozen=True)
class HttpsGuard:
    """ASGI middleware that refuses plain HTTP requests to the API, unread, if HTTPS is required."""

    app: ASGI3Application

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Pass the request on, or refuse it with a request to use HTTPS."""
        if (
            scope["type"] == "http"
            and settings.SECURE_SSL_REDIRECT
            and scope["path"].startswith(_BY_PROGRAMS)
            and not _is_secure(scope)
        ):
            await refuse(_IN_THE_CLEAR, scope, send)
        else:
            await self.app(scope, receive, send)


def _is_secure(scope: HTTPScope) -> bool:
    """Whether the request came by HTTPS, as Django decides: by the proxy's header if it is set."""
    if settings.SECURE_PROXY_SSL_HEADER is not None:
        name, secure = settings.SECURE_PROXY_SSL_HEADER
        wanted = name.removeprefix("HTTP_").replace("_", "-").lower().encode()
        for told, value in scope["headers"]:
            if told == wanted:
                return value.decode("latin-1").partition(",")[0].strip() == secure
    return scope["scheme"] == "https"


class SameMethodMiddleware(MiddlewareMixin):
    """Redirects forms to HTTPS with 308, which keeps the method; Django's 301 makes them a GET."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Change the status of a redirect to HTTPS, except for GET and HEAD."""
        redirects = response.status_code == HTTPStatus.MOVED_PERMANENTLY
        if redirects and not request.is_secure() and request.method not in ("GET", "HEAD"):
            response.status_code = HTTPStatus.PERMANENT_REDIRECT
        return response


class HttpsNoLongerMiddleware(MiddlewareMixin):
    """Revokes an earlier HSTS header for clients that come by HTTPS, once HSTS is switched off."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Add ``max-age=0`` if no HSTS header is set."""
        if not settings.SECURE_HSTS_SECONDS and request.is_secure():
            response.setdefault("Strict-Transport-Security", "max-age=0")
        return response
