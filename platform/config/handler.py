"""Django's ASGI handler, which keeps bodies in the data folder and knows their true length."""

import asyncio
import errno
import tempfile
from typing import IO, Any, cast

from asgiref.sync import sync_to_async
from asgiref.typing import ASGIReceiveCallable, ASGIReceiveEvent
from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.db import close_old_connections
from django.http.response import HttpResponseBase

from config import arriving_forms
from config.arriving_forms import of_length
from config.body_guard import BodyRefused
from config.uploads import DISK_FULL

# Where a scope holds the request whose form was parsed while it arrived.
_FORM = "vodloom.form"
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Handler(ASGIHandler):
    """Keeps bodies in the folder of uploads, where Django uses ``tempfile``'s default folder, which
    may be small or in memory. It parses a form while it arrives, and it does not overlook a chunked
    body, which has no announced length."""

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request; raise ``BodyRefused`` if the disk is full."""
        if arriving_forms.is_form(scope):
            try:
                form = await arriving_forms.arrived(scope, receive)
            except RequestAborted:
                return
            except OSError as error:
                raise _refused(error) from error
            if form is not None:
                scope, receive = {**scope, _FORM: form}, _nothing_before(receive)
        await super().handle(scope, receive, send)

    async def run_get_response(self, request: Any) -> HttpResponseBase:
        """Return the response, and release the database connection before it is sent, since the
        client may read it slowly."""
        response = await super().run_get_response(request)
        await sync_to_async(close_old_connections)()
        return response

    async def read_body(self, receive: Any) -> IO[bytes]:
        """Return the whole body as a file; raise ``BodyRefused`` if the disk is full."""
        spool: Any = tempfile.SpooledTemporaryFile(  # noqa: SIM115  # Django closes it
            max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE, dir=str(settings.UPLOAD_DIR)
        )
        try:
            await _spool(receive, spool)
        except OSError as error:
            spool.close()
            raise _refused(error) from error
        except BaseException:
            spool.close()
            raise
        return cast("IO[bytes]", spool)

    def create_request(
        self, scope: Any, body_file: IO[bytes]
    ) -> tuple[ASGIRequest, None] | tuple[None, HttpResponseBase]:
        """Return a request with the true length of its body, however it was sent."""
        if _FORM in scope:
            return scope[_FORM], None
        size = body_file.seek(0, 2)
        body_file.seek(0)
        return super().create_request(of_length(scope, size), body_file)


def _refused(error: OSError) -> Exception:
    return BodyRefused(DISK_FULL) if error.errno in _FULL else error


def _nothing_before(receive: ASGIReceiveCallable) -> ASGIReceiveCallable:
    """Return a ``receive`` for a request whose body has been read: first an empty body, then the
    events that follow it."""
    told = False

    async def after_body() -> ASGIReceiveEvent:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": b"", "more_body": False}

    return after_body


async def _spool(receive: ASGIReceiveCallable, spool: Any) -> None:
    while True:
        event: Any = await receive()
        if event["type"] == "http.disconnect":
            raise RequestAborted
        block = event.get("body", b"")
        # Once the spool is a file on a disk, writing may take time.
        if block and spool._rolled:
            await asyncio.to_thread(spool.write, block)
        elif block:
            spool.write(block)
        if not event.get("more_body", False):
            spool.seek(0)
            return
