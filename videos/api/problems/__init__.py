"""Report errors as RFC 9457 problem details, each with a stable code."""

from videos.api.problems.document import CONTENT_TYPE, RETRY_AFTER, body, database_away, title_of
from videos.api.problems.handler import DATABASE_AWAY, exception_handler, of
from videos.api.problems.pages import (
    bad_request,
    not_found,
    server_error,
    unavailable,
    unknown_host,
)
from videos.api.problems.refusals import sentence_of
from videos.api.problems.refusals.hooks import BodyTooLarge
from videos.api.problems.refusals.uploads import EMAIL_NOT_VERIFIED

__all__ = [
    "CONTENT_TYPE",
    "DATABASE_AWAY",
    "EMAIL_NOT_VERIFIED",
    "RETRY_AFTER",
    "BodyTooLarge",
    "bad_request",
    "body",
    "database_away",
    "exception_handler",
    "not_found",
    "of",
    "sentence_of",
    "server_error",
    "title_of",
    "unavailable",
    "unknown_host",
]
