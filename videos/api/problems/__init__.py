"""Report errors as RFC 9457 problem details, each with a stable code."""

from videos.api.problems.document import CONTENT_TYPE, RETRY_AFTER, body, database_away, title_of
from videos.api.problems.handler import answered, exception_handler, of
from videos.api.problems.pages import (
    bad_request,
    not_found,
    server_error,
    unavailable,
    unknown_host,
)
from videos.api.problems.refusal import NotAdmitted, Told
from videos.api.problems.refusals import sentence_of
from videos.api.problems.refusals.hooks import BodyTooLarge
from videos.api.problems.refusals.uploads import EMAIL_NOT_VERIFIED
from videos.api.problems.telling import DATABASE_AWAY, told

__all__ = [
    "CONTENT_TYPE",
    "DATABASE_AWAY",
    "EMAIL_NOT_VERIFIED",
    "RETRY_AFTER",
    "BodyTooLarge",
    "NotAdmitted",
    "Told",
    "answered",
    "bad_request",
    "body",
    "database_away",
    "exception_handler",
    "not_found",
    "of",
    "sentence_of",
    "server_error",
    "title_of",
    "told",
    "unavailable",
    "unknown_host",
]
