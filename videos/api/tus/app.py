"""The ASGI app of tus: creations at ``/api/v1/tus/``, and each upload at an address below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope
from django.conf import settings
from django.db.models import Q

from accounts import actor, api_keys, credentials
from accounts.actor import Actor, acting, client_address
from accounts.models import User
from videos.api import problems
from videos.api.asgi import Answer, Asked, Disconnected
from videos.api.refused import RequestRefused
from videos.api.tus import creation, keyed, resource
from videos.api.tus import headers as read
from videos.api.tus.errors import VERSION, MethodUnknown, NothingThere
from videos.api.tus.keyed import Stored
from videos.api.tus.places import OF_USERS, PREFIX
from videos.database_threads import DatabaseThreads
from videos.idempotency import Claim, Made
from videos.ingest import receiving
from videos.models import Upload
from videos.quotas import QuotaExceeded

_threads = DatabaseThreads("tus", size=4, waiting=500, queue_seconds=10, run_seconds=20)


class TusApp:
    """Answers clients of tus. ``identify`` returns who sends a request, judging by its headers, or
    raises ``NotAdmitted``."""

    def __init__(self, identify: Callable[[HTTPScope], User]) -> None:
        self._identify = identify

    async def __call__(
        self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer one request."""
        asked = Asked(scope, receive)
        try:
            answer = await self._answer(asked)
        except Disconnected:
            return
        except Exception as error:
            if (known := problems.answered(error, asked.path)) is None:
                raise
            answer = Answer.refusing(known)
        await answer.with_headers({"Tus-Resumable": VERSION}).send(asked, send)

    async def _answer(self, asked: Asked) -> Answer:
        if asked.method == "OPTIONS":
            return Answer(204, resource.abilities(settings.MAX_UPLOAD_BYTES))
        read.require_version(asked.headers)
        upload_id = _upload_id(asked.path)
        if upload_id is None:
            if asked.method != "POST":
                raise MethodUnknown(Allow="OPTIONS, POST")
            return await self._create(asked)
        if asked.method not in resource.METHODS:
            raise MethodUnknown(Allow=", ".join(("OPTIONS", *resource.METHODS)))
        upload = await _threads.run(self._found, asked, upload_id)
        if asked.method == "HEAD":
            return await resource.head(upload, OF_USERS)
        if asked.method == "DELETE":
            return await _threads.run(_deleted, asked, upload)
        return await resource.patch(asked, upload, OF_USERS)

    async def _create(self, asked: Asked) -> Answer:
        read.checksum(asked.headers)
        user, found = await _threads.run(self._claimed, asked)
        return await keyed.answer(
            found,
            _threads,
            act=lambda: self._act(asked, user),
            again=lambda known: _again(asked, user, known),
        )

    def _claimed(self, asked: Asked) -> tuple[User, Claim | Stored | None]:
        user = self._identify(asked.scope)
        return user, keyed.claimed(user, asked)

    async def _act(self, asked: Asked, user: User) -> Answer:
        upload = await _threads.run(_created, user, asked)
        headers = resource.created(upload, OF_USERS)
        if read.has_bytes(asked.headers) and not receiving.parts_of(upload):
            headers |= await _take_at_once(asked, upload)
        return Answer(201, headers)

    def _found(self, asked: Asked, upload_id: UUID) -> Upload:
        return resource.find(self._identify(asked.scope), upload_id)


def _deleted(asked: Asked, upload: Upload) -> Answer:
    """Delete an upload as its owner, who sent the request."""
    with acting(_actor(asked, upload.owner)):
        return resource.delete(upload)


def _actor(asked: Asked, user: User) -> Actor:
    address = client_address(asked.client)
    if credentials.app_session(asked.headers) is not None:
        return Actor(user, actor.TOKEN, address=address)
    secret = credentials.bearer(asked.headers)
    key = api_keys.find(secret, address) if secret else None
    return Actor(user, actor.KEY if key else actor.SESSION, key, address)


def _created(user: User, asked: Asked) -> Upload:
    upload = creation.create(user, asked)
    upload.refresh_from_db()
    return upload


async def _again(asked: Asked, user: User, known: str | Sequence[Made]) -> Answer | None:
    """Answer a creation that was made before; None if its upload is gone."""
    upload = await _threads.run(_made, user, known)
    return None if upload is None else await resource.created_before(asked, upload, OF_USERS)


def _made(user: User, known: str | Sequence[Made]) -> Upload | None:
    """Return the upload at a location, or the last that was made, of those that still stand."""
    if isinstance(known, str):
        named = Q(pk=_upload_id(known))
    else:
        named = Q(pk=known[-1].id) | Q(video=known[-1].id)
    return Upload.objects.filter(named, owner=user, error_code="").first()


def _upload_id(path: str) -> UUID | None:
    """Return the id in a path; None for the address of creations. Raises ``NothingThere``."""
    name = path.removeprefix(PREFIX).strip("/")
    try:
        return UUID(name) if name else None
    except ValueError as error:
        raise NothingThere from error


async def _take_at_once(asked: Asked, upload: Upload) -> dict[str, str]:
    """Take the bytes that came with a creation. If they are refused, nothing is created."""
    try:
        return await resource.append(asked, upload, 0, OF_USERS)
    except (RequestRefused, receiving.TooManyBytes, QuotaExceeded):
        await _threads.run(receiving.cancel, upload)
        raise
