"""Cross-origin requests to the API (CORS), whether Django or middleware before it answers them.

Cookies do not count for other origins: their pages need an API key, or use what is public. Pages of
every origin may use the addresses of delegated uploads, which may name one origin by themselves.
"""

from __future__ import annotations

from typing import Any, cast

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope
from django.conf import settings
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse, Response

from accounts import origins
from videos.api import problems

_API = "/api/"
_ADDRESSES = "/u/"
_METHODS = ("GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS")
EXPOSED = (
    "Location",
    "ETag",
    "Retry-After",
    "Idempotency-Replayed",
    "RateLimit",
    "RateLimit-Policy",
    "X-Request-ID",
    "Vodloom-Version",
    "WWW-Authenticate",
    "Allow",
    "Tus-Checksum-Algorithm",
    "Tus-Extension",
    "Tus-Max-Size",
    "Tus-Resumable",
    "Tus-Version",
    "Upload-Concat",
    "Upload-Defer-Length",
    "Upload-Expires",
    "Upload-Length",
    "Upload-Metadata",
    "Upload-Offset",
)
"""The headers of an answer that pages of other sites may read besides its body."""
OF_ADDRESSES = (
    "Allow",
    "Idempotency-Replayed",
    "Location",
    "Range",
    "Retry-After",
    "Tus-Checksum-Algorithm",
    "Tus-Extension",
    "Tus-Max-Size",
    "Tus-Resumable",
    "Tus-Version",
    "Upload-Concat",
    "Upload-Defer-Length",
    "Upload-Expires",
    "Upload-Length",
    "Upload-Metadata",
    "Upload-Offset",
    "X-Request-ID",
)
"""The same for answers at the address of an upload."""
_PREFLIGHT_SECONDS = 7200


class CrossOrigin:
    """ASGI middleware that adds CORS headers to answers of the API."""

    def __init__(self, app: ASGI3Application) -> None:
        self._app = app
        self._api = _Cors(
            cast("Any", app),
            allow_origins=settings.CORS_ALLOWED_ORIGINS,
            allow_methods=_METHODS,
            # Tracing tools add headers of their own; without cookies no header gives access.
            allow_headers=["*"],
            allow_private_network=True,
            expose_headers=EXPOSED,
            max_age=_PREFLIGHT_SECONDS,
        )
        self._addresses = CORSMiddleware(
            cast("Any", app),
            allow_origins=["*"],
            allow_methods=("PUT", "POST", "PATCH", "HEAD", "DELETE", "OPTIONS"),
            allow_headers=["*"],
            allow_private_network=True,
            expose_headers=OF_ADDRESSES,
            max_age=_PREFLIGHT_SECONDS,
        )

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Pass the request on, and add the CORS headers to answers of the API."""
        path = scope["path"] if scope["type"] == "http" else ""
        if path.startswith(_API):
            await self._api(cast("Any", scope), cast("Any", receive), cast("Any", send))
        elif path.startswith(_ADDRESSES):
            await self._addresses(cast("Any", scope), cast("Any", receive), cast("Any", send))
        else:
            await self._app(scope, receive, send)


class _Cors(CORSMiddleware):
    def is_allowed_origin(self, origin: str) -> bool:
        """Whether ``CORS_ALLOWED_ORIGINS`` allows the origin; ``*.`` there means any subdomain."""
        return origins.is_allowed(origin)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Return an empty answer, or a problem that says what is not allowed."""
        answer = super().preflight_response(request_headers)
        kept = {name: answer.headers[name] for name in answer.headers if "content" not in name}
        if answer.status_code < 400:
            return Response(status_code=204, headers=kept)
        origin = request_headers["origin"]
        problem = (
            problems.body(
                403, "method_not_allowed", "Pages of other sites may not use this method."
            )
            if self.is_allowed_origin(origin)
            else problems.body(403, "origin_not_allowed", _origin_refused(origin))
        )
        return JSONResponse(problem, 403, kept, problems.CONTENT_TYPE)


def _origin_refused(origin: str) -> str:
    return (
        f'Pages of "{origin[:100]}" may not call this API. The operator can add that origin to '
        "CORS_ALLOWED_ORIGINS."
    )
