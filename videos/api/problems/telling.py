"""Tell any error that the domain or a protocol knows, whichever way the request came."""

from __future__ import annotations

import errno
from typing import Any

import structlog
from django.db import InterfaceError, InternalError, OperationalError

from accounts.scopes import InsufficientScope
from processing.captions.errors import CaptionsUnreadable
from videos.api.problems.document import RETRY_AFTER, body, database_away
from videos.api.problems.refusal import NotAdmitted, Told
from videos.api.problems.refusals import REFUSALS, RETRY_SECONDS
from videos.api.refused import RequestRefused
from videos.duplicates import Duplicate
from videos.events.cursors import CursorExpired
from videos.fetching.errors import FetchFailed
from videos.quotas import QuotaExceeded
from videos.tracks.services import TrackChanged

logger = structlog.get_logger(__name__)

# PostgreSQL reports a server that currently accepts no writes as InternalError.
DATABASE_AWAY = (OperationalError, InterfaceError, InternalError)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def told(error: Exception, instance: str | None = None) -> Told | None:
    """Return how an error is told; None if it is none of the domain, of a protocol, or of what the
    site stands on."""
    if isinstance(error, NotAdmitted):
        return error.told.at(instance) if instance else error.told
    if isinstance(error, DATABASE_AWAY):
        logger.warning("api_without_database", reason=type(error).__name__)
        return Told(503, database_away(instance), {"Retry-After": RETRY_AFTER})
    if isinstance(error, FetchFailed):
        return Told(422, body(422, error.code, error.message, instance=instance))
    if isinstance(error, CaptionsUnreadable):
        return Told(
            400, {**body(400, error.code, error.message, instance=instance), **_lines(error)}
        )
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        detail = "The server has no room left to store this."
        return Told(507, body(507, "disk_full", detail, instance=instance))
    return _refused(error, instance)


def _lines(error: CaptionsUnreadable) -> dict[str, Any]:
    """Return the member that tells which lines of captions are wrong, if any is named."""
    errors = [
        {"field": "file", "code": one.code, "detail": one.message, "line": one.line}
        for one in error.errors
    ]
    return {"errors": errors} if errors else {}


def _refused(error: Exception, instance: str | None) -> Told | None:
    if (known := REFUSALS.get(type(error))) is None:
        return None
    status, code, sentence = known
    detail = error.detail if isinstance(error, RequestRefused) else ""
    problem = body(status, code, detail or sentence.format(error=error), instance=instance)
    headers = dict(error.headers) if isinstance(error, RequestRefused) else {}
    if seconds := RETRY_SECONDS.get(type(error)):
        headers["Retry-After"] = seconds.format(error=error)
    if isinstance(error, InsufficientScope):
        headers["WWW-Authenticate"] = error.challenge
    if isinstance(error, Duplicate):
        problem["video"] = str(error.video_id)
    if isinstance(error, QuotaExceeded):
        problem |= error.members()
    if isinstance(error, CursorExpired):
        problem["cursor"] = error.cursor
    if isinstance(error, TrackChanged):
        problem["revision"] = error.track.revision
    return Told(status, problem, headers)
