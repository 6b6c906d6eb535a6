"""Make a problem of each exception that DRF or the domain knows."""

from typing import Any

import structlog
from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler as drf_exception_handler

from videos.api.problems.document import CONTENT_TYPE, body
from videos.api.problems.refusal import Told
from videos.api.problems.telling import told

_HEADERS = ("WWW-Authenticate", "Retry-After", "Allow")
_LONGEST_DETAIL = 1000

logger = structlog.get_logger(__name__)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return a problem for each error that DRF or the domain knows; this is DRF's exception
    hook."""
    request = context.get("request")
    known = answered(error, request.path if request is not None else None)
    if known is None:
        return None
    return Response(
        known.problem, status=known.status, headers=dict(known.headers), content_type=CONTENT_TYPE
    )


def answered(error: Exception, instance: str | None = None) -> Told | None:
    """Return how an error is told, of the domain, of a protocol, of DRF or of Django; None for any
    other."""
    if (known := told(error, instance)) is not None:
        return known
    if isinstance(error, ObjectDoesNotExist):  # it was purged after the request found it
        logger.warning("api_row_gone", reason=type(error).__name__)
        error = Http404()
    if isinstance(error, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        error = exceptions.ParseError("The form has too many fields, or a field is too large.")
    answer = drf_exception_handler(error, {})
    if answer is None:
        return None
    headers = {name: answer[name] for name in _HEADERS if answer.has_header(name)}
    return Told(answer.status_code, _translate(error, answer, instance), headers)


def of(error: Exception) -> dict[str, Any] | None:
    """Return the problem for an error of the domain, of what the site stands on, or of a form;
    None for any other."""
    is_form = isinstance(error, exceptions.ValidationError)
    known = answered(error) if is_form else told(error)
    return known.problem if known else None


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
