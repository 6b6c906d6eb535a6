"""Decide whether an upload is admitted, before the first byte of its body is read: by the user's
rights and by the free disk space."""

import asyncio
import shutil

from asgiref.typing import HTTPScope
from django.conf import settings

from accounts import credentials, throttling
from accounts.api_keys import WrongPlace
from accounts.authentication import BAD_TOKEN, CSRF_FAILED, NOT_GOOD
from accounts.models import ApiKey, User
from accounts.scopes import InsufficientScope, Scope
from accounts.throttling import Work
from accounts.verification import EmailNotVerified
from config.body_guard import Refusal
from videos.api import problems
from videos.api.tus.places import PREFIX as TUS_PREFIX
from videos.database_threads import DatabaseThreads
from videos.ingest import delegated
from videos.ingest.uploads import UploadNotAllowed

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
    "This API key is unknown, expired or revoked.",
    ((b"www-authenticate", b'Bearer realm="api"'),),
)
_BAD_TOKEN = Refusal(401, BAD_TOKEN, NOT_GOOD, ((b"www-authenticate", b'Bearer realm="api"'),))
_FOREIGN = Refusal(
    403, CSRF_FAILED, "CSRF Failed: the request was not sent by a page of this site."
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
    except problems.DATABASE_AWAY as error:
        return _refusal_of(error)
    if refusal is None and not await asyncio.to_thread(_has_room, announced or 0):
        return DISK_FULL
    return refusal


def identify(scope: HTTPScope) -> User:
    """Return who sends a request, if they may upload. Raises ``NotAdmitted``."""
    known = _known(scope, count=True)
    if isinstance(known, User):
        return known
    problem = problems.body(known.status, known.code, known.detail)
    headers = {name.decode(): value.decode() for name, value in known.headers}
    raise problems.NotAdmitted(problems.Told(known.status, problem, headers))


def _is_whole(path: str) -> bool:
    """Whether uploads begin at an address; below it they go on."""
    return path in ("/api/v1/videos/", "/api/v1/images/", TUS_PREFIX)


def _refusal(scope: HTTPScope) -> Refusal | None:
    # The request is counted like all others, once its body has arrived.
    known = _known(scope, count=False)
    return None if isinstance(known, User) else known


def _known(scope: HTTPScope, *, count: bool) -> User | Refusal:
    work = Work.UPLOADS if scope["method"] == "POST" and _is_whole(scope["path"]) else None
    headers = credentials.headers_of(scope["headers"])
    client = scope["client"]
    address = client[0] if client else None
    if (session := credentials.app_session(headers)) is not None:
        user = credentials.user_of_app(session)
        return _BAD_TOKEN if user is None else _of_user(user, work=work, count=count) or user
    if (secret := credentials.bearer(headers)) is not None:
        return _of_key(secret, address, work=work, count=count)
    user = credentials.user_of_session(credentials.cookie(headers, settings.SESSION_COOKIE_NAME))
    if user is None:
        return _too_many(throttling.of_nobody(address)) or _NOBODY
    # The CSRF token itself may be in the form, where Django checks it.
    token = credentials.cookie(headers, settings.CSRF_COOKIE_NAME)
    if not token or not credentials.is_ours(headers):
        return _FOREIGN
    return _of_user(user, work=work, count=count) or user


def _of_key(secret: str, address: str | None, *, work: Work | None, count: bool) -> User | Refusal:
    try:
        key = credentials.key_of(secret, address, needs=Scope.UPLOAD)
    except (WrongPlace, InsufficientScope) as error:
        return _refusal_of(error)
    if key is None:
        return _too_many(throttling.of_wrong_key(address)) or _BAD_KEY
    return _of_user(key.user, key, work=work, count=count) or key.user


def _of_user(
    user: User, key: ApiKey | None = None, *, work: Work | None = None, count: bool = False
) -> Refusal | None:
    try:
        delegated.require_right(user)
    except (UploadNotAllowed, EmailNotVerified) as error:
        return _refusal_of(error)
    return _too_many(throttling.of_user(user, key, work=work, count=count))


def _too_many(usage: throttling.Usage | None) -> Refusal | None:
    if usage is None or not usage.is_over:
        return None
    return _refusal_of(throttling.TooManyRequests(usage.seconds))


def _refusal_of(error: Exception) -> Refusal:
    """Return how an error is told. Raises one that is not known."""
    told = problems.told(error)
    if told is None:
        raise error
    headers = tuple((k.lower().encode(), v.encode()) for k, v in told.headers.items())
    return Refusal(told.status, told.problem["code"], told.problem["detail"], headers)


def _has_room(size: int) -> bool:
    return shutil.disk_usage(settings.UPLOAD_DIR).free - size > settings.MIN_FREE_UPLOAD_BYTES
