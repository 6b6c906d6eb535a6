"""The ASGI app of tus: creations at ``/api/v1/tus/``, and each upload at an address below it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope
from django.conf import settings

from accounts.models import User
from videos.api.tus import creation, resource
from videos.api.tus import headers as read
from videos.api.tus.refusals import VERSION, Refused, of_error
from videos.api.tus.requests import PREFIX, Answer, Asked, Disconnected
from videos.database_threads import DatabaseThreads
from videos.ingest import closing, receiving
from videos.models import Upload

logger = structlog.get_logger(__name__)

EXTENSIONS = (
    "creation",
    "creation-with-upload",
    "creation-defer-length",
    "expiration",
    "checksum",
    "termination",
    "concatenation",
)
_threads = DatabaseThreads("tus", size=4, waiting=500, queue_seconds=10, run_seconds=20)


class NotAdmitted(Exception):
    """Raised when the headers name nobody who may upload; the problem and headers tell why."""

    def __init__(self, problem: dict[str, Any], headers: dict[str, str]) -> None:
        super().__init__(problem["code"])
        self.problem, self.headers = problem, headers


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
        except NotAdmitted as refused:
            answer = Answer(refused.problem["status"], refused.headers, refused.problem)
        except Refused as refused:
            answer = Answer(refused.status, refused.headers, refused.problem)
        except Exception as error:
            status, problem, headers = of_error(error)
            answer = Answer(status, headers, problem)
        await answer.send(asked, send)

    async def _answer(self, asked: Asked) -> Answer:
        if asked.method == "OPTIONS":
            return _options()
        if asked.headers.get("tus-resumable") != VERSION:
            raise Refused("version", Tus_Version=VERSION)
        upload_id = asked.upload_id
        if upload_id is None:
            if asked.method != "POST":
                raise Refused("method", Allow="OPTIONS, POST")
            return await self._create(asked)
        if asked.method not in ("HEAD", "PATCH", "DELETE"):
            raise Refused("method", Allow="OPTIONS, HEAD, PATCH, DELETE")
        upload = await _threads.run(self._found, asked, upload_id)
        if asked.method == "HEAD":
            return await resource.head(upload)
        if asked.method == "DELETE":
            return await _threads.run(resource.delete, upload)
        return await resource.patch(asked, upload)

    async def _create(self, asked: Asked) -> Answer:
        read.checksum(asked.headers)
        upload = await _threads.run(self._created, asked)
        headers = {"Location": f"{PREFIX}{upload.pk}"}
        told = resource.told_of(upload)
        if "Upload-Expires" in told:
            headers["Upload-Expires"] = told["Upload-Expires"]
        if asked.has_bytes and not receiving.parts_of(upload):
            headers |= await _take_at_once(asked, upload)
        return Answer(201, headers)

    def _created(self, asked: Asked) -> Upload:
        asked.user = self._identify(asked.scope)
        upload = creation.create(asked)
        upload.refresh_from_db()
        return upload

    def _found(self, asked: Asked, upload_id: UUID) -> Upload:
        asked.user = self._identify(asked.scope)
        return resource.find(asked, upload_id)


async def _take_at_once(asked: Asked, upload: Upload) -> dict[str, str]:
    """Take the bytes that came with a creation. If they are refused, nothing is created."""
    try:
        return await resource.append(asked, upload, 0)
    except (Refused, receiving.TooManyBytes):
        await _threads.run(
            closing.close, upload, code=Upload.CANCELED, message="The upload was canceled."
        )
        await _threads.run(receiving.discard, upload.pk)
        raise


def _options() -> Answer:
    return Answer(
        204,
        {
            "Tus-Version": VERSION,
            "Tus-Extension": ",".join(EXTENSIONS),
            "Tus-Max-Size": str(settings.MAX_UPLOAD_BYTES),
            "Tus-Checksum-Algorithm": ",".join(read.ALGORITHMS),
        },
    )
