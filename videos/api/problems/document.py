"""The members of a problem, as RFC 9457 names them."""

from typing import Any

import structlog

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER = "5"

_TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    408: "Request timeout",
    410: "Gone",
    412: "Precondition failed",
    413: "Too large",
    415: "Unsupported media type",
    422: "Unprocessable content",
    423: "Locked",
    429: "Too many requests",
    460: "Checksum mismatch",
    500: "Server error",
    503: "Service unavailable",
    507: "Insufficient storage",
}


def body(
    status: int,
    code: str,
    detail: str,
    *,
    instance: str | None = None,
    errors: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    """Return the members of a problem."""
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": title_of(status),
        "status": status,
        "code": code,
        "detail": detail,
        "instance": instance,
        "request_id": structlog.contextvars.get_contextvars().get("request_id"),
    }
    return problem | ({"errors": errors} if errors else {})


def title_of(status: int) -> str:
    """Return a status in words."""
    return _TITLES.get(status, "Error")


def database_away(instance: str | None) -> dict[str, Any]:
    """Return the problem for a database that does not answer, is locked, or accepts no writes at
    the moment."""
    detail = "The database is not responding. Try again in a few seconds."
    return body(503, "database_unavailable", detail, instance=instance)
