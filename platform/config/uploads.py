"""Decide whether an upload is admitted, before the first byte of its body is read: by the user's
rights and by the free disk space."""

import asyncio
import shutil

import structlog
from asgiref.typing import HTTPScope
from django.conf import settings
from django.db import DatabaseError

from accounts import credentials, throttling, verification
from accounts.authentication import CSRF_FAILED
from accounts.models import User
from config.body_guard import Refusal
from videos.api import problems
from videos.api.tus.app import NotAdmitted
from videos.database_threads import DatabaseThreads

logger = structlog.get_logger(__name__)

_threads = DatabaseThreads("upload", size=2, waiting=500, queue_seconds=10, run_seconds=10)

_NOBODY = Refusal(
    401,
    "not_authenticated",
    "Send an API key, or log in.",
    ((b"www-authenticate", b'Bearer realm="api"'),),
)
_BAD_KEY = Refusal(
    401,
    "bad_api_key",
    "This API key is unknown or revoked.",
    ((b"www-authenticate", b'Bearer realm="api"'),),
)
_FOREIGN = Refusal(
    403, CSRF_FAILED, "CSRF Failed: the request was not sent by a page of this site."
)
_NOT_ALLOWED = Refusal(403, "upload_not_allowed", "This account may not upload videos.")
_NOT_VERIFIED = Refusal(403, "email_not_verified", problems.EMAIL_NOT_VERIFIED)
_DATABASE_AWAY = Refusal(
    503,
    "database_unavailable",
    "The database is not responding. Try again in a few seconds.",
    ((b"retry-after", b"5"),),
)
DISK_FULL = Refusal(
    507,
    "disk_full",
    "The server has no room left for this file. Tell the operator, and try again later.",
)


async def admit(scope: HTTPScope, announced: int | None) -> Refusal | None:
    """Return why an upload is refused, or None; no byte of its body has been read yet."""
    try:
        refusal = await _threads.run(_refusal, scope)
    except DatabaseError as error:
        logger.warning("upload_without_database", reason=type(error).__name__)
        return _DATABASE_AWAY
    if refusal is None and not await asyncio.to_thread(_has_room, announced or 0):
        return DISK_FULL
    return refusal


def identify(scope: HTTPScope) -> User:
    """Return who sends a request, if they may upload. Raises ``NotAdmitted``."""
    known = _known(scope, count=True)
    if isinstance(known, User):
        return known
    problem = problems.body(known.status, known.code, known.detail)
    raise NotAdmitted(problem, {name.decode(): value.decode() for name, value in known.headers})


def _refusal(scope: HTTPScope) -> Refusal | None:
    # The request is counted like all others, once its body has arrived.
    known = _known(scope, count=False)
    return None if isinstance(known, User) else known


def _known(scope: HTTPScope, *, count: bool) -> User | Refusal:
    headers = credentials.headers_of(scope["headers"])
    client = scope["client"]
    address = client[0] if client else None
    if (secret := credentials.bearer(headers)) is not None:
        user = credentials.user_of_key(secret)
        if user is None:
            return _too_many(throttling.of_wrong_key(address)) or _BAD_KEY
        return _of_user(user, count=count) or user
    user = credentials.user_of_session(credentials.cookie(headers, settings.SESSION_COOKIE_NAME))
    if user is None:
        return _too_many(throttling.of_nobody(address)) or _NOBODY
    # The CSRF token itself may be in the form, where Django checks it.
    token = credentials.cookie(headers, settings.CSRF_COOKIE_NAME)
    if not token or not credentials.is_ours(headers):
        return _FOREIGN
    return _of_user(user, count=count) or user


def _of_user(user: User, *, count: bool = False) -> Refusal | None:
    if not user.can_upload:
        return _NOT_ALLOWED
    if not verification.is_verified(user):
        return _NOT_VERIFIED
    return _too_many(throttling.of_user(user.pk, count=count))


def _too_many(usage: throttling.Usage | None) -> Refusal | None:
    if usage is None or not usage.is_over:
        return None
    detail = f"Too many requests. Try again in {usage.seconds} seconds."
    return Refusal(429, throttling.CODE, detail, ((b"retry-after", b"%d" % usage.seconds),))


def _has_room(size: int) -> bool:
    return shutil.disk_usage(settings.UPLOAD_DIR).free - size > settings.MIN_FREE_UPLOAD_BYTES
