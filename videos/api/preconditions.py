"""``If-Match``: something is changed only as its reader saw it (RFC 9110, 13.1.1)."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.cache import set_response_etag
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from videos.playback import conditions


class PreconditionFailed(APIException):
    """Raised when something is not as its reader saw it any more."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = "It has changed since you read it. Read it again."
    default_code = "precondition_failed"


def require_match(request: Request, told: Callable[[], Any]) -> None:
    """Compare what the request wants to find with what reading would answer now (``told``).

    Raises ``PreconditionFailed``. Tags count however they are marked: gzip makes them weak.
    """
    wanted = request.headers.get("If-Match")
    if wanted is not None and not conditions.names(wanted, _etag(request, told()), weakly=True):
        raise PreconditionFailed


def _etag(request: Request, told: Any) -> str:
    """As ``config.api_answers`` makes it of the answer's bytes."""
    content = request.accepted_renderer.render(told, request.accepted_media_type, {})
    return str(set_response_etag(HttpResponse(content))["ETag"])
