"""Make a problem of each exception that DRF or the domain knows."""

import errno
from typing import Any

import structlog
from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler as drf_exception_handler

from videos.api.problems.document import CONTENT_TYPE, RETRY_AFTER, body, database_away
from videos.api.problems.refusals import REFUSALS
from videos.duplicates import Duplicate
from videos.fetching.errors import FetchFailed
from videos.idempotency import (
    RETRY_AFTER_SECONDS,
    KeyInFlight,
)

# PostgreSQL reports a server that currently accepts no writes as InternalError.
DATABASE_AWAY = (OperationalError, InterfaceError, InternalError)
_LONGEST_DETAIL = 1000

logger = structlog.get_logger(__name__)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return a problem for each error that DRF or the domain knows; this is DRF's exception
    hook."""
    request = context.get("request")
    instance = request.path if request is not None else None
    known = REFUSALS.get(type(error))
    if known is not None:
        status, code, detail = known
        problem = body(status, code, detail, instance=instance)
        if isinstance(error, Duplicate):
            problem["video"] = str(error.video_id)
        response = _response(problem, status)
        if isinstance(error, KeyInFlight):
            response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
    if isinstance(error, FetchFailed):
        return _response(body(422, error.code, error.message, instance=instance), 422)
    if isinstance(error, DATABASE_AWAY):
        logger.warning("api_without_database", reason=type(error).__name__)
        response = _response(database_away(instance), 503)
        response["Retry-After"] = RETRY_AFTER
        return response
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        problem = body(
            507, "disk_full", "The server has no room left to store this.", instance=instance
        )
        return _response(problem, 507)
    if isinstance(error, ObjectDoesNotExist):  # it was purged after the request found it
        logger.warning("api_row_gone", reason=type(error).__name__)
        error = Http404()
    if isinstance(error, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        error = exceptions.ParseError("The form has too many fields, or a field is too large.")
    answer = drf_exception_handler(error, context)
    if answer is None:
        return None
    return _response(_translate(error, answer, instance), answer.status_code, answer)


def of(error: Exception) -> dict[str, Any] | None:
    """Return the problem for a refusal of the domain or of a form; None for any other error."""
    known = REFUSALS.get(type(error))
    if known is not None:
        return body(*known)
    if not isinstance(error, exceptions.ValidationError):
        return None
    answer = drf_exception_handler(error, {})
    return None if answer is None else _translate(error, answer, None)


def _translate(error: Exception, answer: Response, instance: str | None) -> dict[str, Any]:
    status = answer.status_code
    if isinstance(error, exceptions.ValidationError):
        errors = list(_field_errors(answer.data))
        code = errors[0]["code"] if len(errors) == 1 else "invalid"
        return body(status, code, errors[0]["detail"], instance=instance, errors=errors)
    if isinstance(error, Http404):
        return body(
            status,
            "not_found",
            "This does not exist, or you do not have access to it.",
            instance=instance,
        )
    if isinstance(error, PermissionDenied):
        return body(
            status, "permission_denied", "You do not have permission to do this.", instance=instance
        )
    detail = error.detail if isinstance(error, exceptions.APIException) else str(error)
    code = getattr(detail, "code", "error")
    return body(status, code, str(detail), instance=instance)


def _field_errors(data: Any, field: str = "") -> Any:
    if isinstance(data, dict):
        for name, value in data.items():
            whole = name == api_settings.NON_FIELD_ERRORS_KEY
            within = field if whole else f"{field}.{name}" if field else name
            yield from _field_errors(value, within)
    elif isinstance(data, list):
        for value in data:
            yield from _field_errors(value, field)
    else:
        yield {"field": field, "code": getattr(data, "code", "invalid"), "detail": _told(str(data))}


def _told(detail: str) -> str:
    """Return a detail, shortened because it may repeat a long value that the client sent."""
    return detail if len(detail) <= _LONGEST_DETAIL else f"{detail[:_LONGEST_DETAIL]}…"


def _response(problem: dict[str, Any], status: int, like: Response | None = None) -> Response:
    response = Response(problem, status=status, content_type=CONTENT_TYPE)
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if like is not None and like.has_header(name):
            response[name] = like[name]
    return response
