"""Check ``If-Match``, so that a client changes only what it has read (RFC 9110, 13.1.1)."""

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
    """Raised when the object has changed since the client read it."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = "It has changed since you read it. Read it again."
    default_code = "precondition_failed"


def require_match(request: Request, told: Callable[[], Any]) -> None:
    """Compare the request's ``If-Match`` with the tag of the current answer (``told``).

    Raises ``PreconditionFailed`` if they differ. Weak tags match too, since gzip makes tags weak.
    """
    wanted = request.headers.get("If-Match")
    if wanted is not None and not conditions.names(wanted, _etag(request, told()), weakly=True):
        raise PreconditionFailed


def _etag(request: Request, told: Any) -> str:
    """Return the tag that ``config.api_answers`` computes from the answer's bytes."""
    content = request.accepted_renderer.render(told, request.accepted_media_type, {})
    return str(set_response_etag(HttpResponse(content))["ETag"])
