"""Django's ASGI handler, with bodies spooled in the data folder and known by their true length."""

import asyncio
import errno
import tempfile
from typing import IO, Any, cast

from asgiref.typing import ASGIReceiveCallable
from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http.response import HttpResponseBase

from config.body_guard import BodyRefused
from config.uploads import DISK_FULL


class Handler(ASGIHandler):
    """What Django does with ``tempfile``'s own folder, which may be small or memory, is done where
    uploads are kept; and a body that came in chunks is not overlooked for want of a length."""

    async def read_body(self, receive: Any) -> IO[bytes]:
        """The whole body, from the start; raises ``BodyRefused`` when the disk is full."""
        spool: Any = tempfile.SpooledTemporaryFile(  # noqa: SIM115  # Django closes it
            max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE, dir=str(settings.UPLOAD_DIR)
        )
        try:
            await _spool(receive, spool)
        except OSError as error:
            spool.close()
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise BodyRefused(DISK_FULL) from error
            raise
        except BaseException:
            spool.close()
            raise
        return cast("IO[bytes]", spool)

    def create_request(
        self, scope: Any, body_file: IO[bytes]
    ) -> tuple[ASGIRequest, None] | tuple[None, HttpResponseBase]:
        """A request that says how long its body is, however it came."""
        size = body_file.seek(0, 2)
        body_file.seek(0)
        others = [pair for pair in scope["headers"] if pair[0].lower() not in _LENGTH]
        if size or len(others) < len(scope["headers"]):
            others.append((b"content-length", str(size).encode()))
        return super().create_request({**scope, "headers": others}, body_file)


_LENGTH = (b"content-length", b"transfer-encoding")


async def _spool(receive: ASGIReceiveCallable, spool: Any) -> None:
    while True:
        event: Any = await receive()
        if event["type"] == "http.disconnect":
            raise RequestAborted
        block = event.get("body", b"")
        # Once it is a file on a disk, writing may take its time.
        if block and spool._rolled:
            await asyncio.to_thread(spool.write, block)
        elif block:
            spool.write(block)
        if not event.get("more_body", False):
            spool.seek(0)
            return
