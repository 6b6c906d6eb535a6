"""HTTPS alone: what comes to the API by HTTP is refused, what comes to pages is sent on.

A program that is redirected sends its key in the clear each time and nobody notices; and 301 turns
its POST into a GET. With ``HSTS_SECONDS=0`` Django sends no header, and browsers keep what they
were told before, for a year perhaps: only a time of 0 takes that back.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from config.body_guard import Refusal, refuse

_API = "/api/v1/"
_IN_THE_CLEAR = Refusal(
    403,
    "https_required",
    "Ask by HTTPS. What was sent went over the line in the clear: if a key was with it, revoke it.",
)


@dataclass(frozen=True)
class HttpsGuard:
    """ASGI middleware: refuses requests to the API by HTTP, where that is not taken, unread."""

    app: ASGI3Application

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Pass it on, or say how to ask."""
        if (
            scope["type"] == "http"
            and settings.SECURE_SSL_REDIRECT
            and scope["path"].startswith(_API)
            and not _is_secure(scope)
        ):
            await refuse(_IN_THE_CLEAR, scope, send)
        else:
            await self.app(scope, receive, send)


def _is_secure(scope: HTTPScope) -> bool:
    """As Django sees it: by the proxy's header where there is one."""
    if settings.SECURE_PROXY_SSL_HEADER is not None:
        name, secure = settings.SECURE_PROXY_SSL_HEADER
        wanted = name.removeprefix("HTTP_").replace("_", "-").lower().encode()
        for told, value in scope["headers"]:
            if told == wanted:
                return value.decode("latin-1").partition(",")[0].strip() == secure
    return scope["scheme"] == "https"


class SameMethodMiddleware(MiddlewareMixin):
    """Sends forms on to HTTPS as they are (308), where Django would make a GET of them (301)."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Change the status of a redirect to HTTPS."""
        redirects = response.status_code == HTTPStatus.MOVED_PERMANENTLY
        if redirects and not request.is_secure() and request.method not in ("GET", "HEAD"):
            response.status_code = HTTPStatus.PERMANENT_REDIRECT
        return response


class HttpsNoLongerMiddleware(MiddlewareMixin):
    """Says where HTTPS alone is switched off, to whoever came by HTTPS."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Add the header."""
        if not settings.SECURE_HSTS_SECONDS and request.is_secure():
            response.setdefault("Strict-Transport-Security", "max-age=0")
        return response
