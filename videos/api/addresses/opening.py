"""Find the upload of an address, for whoever has the address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from accounts import throttling
from videos.api.asgi import Answer, Asked
from videos.database_threads import DatabaseThreads
from videos.ingest import delegated, receiving
from videos.ingest.delegated import BadAddress
from videos.models import Upload

threads = DatabaseThreads("address", size=2, waiting=500, queue_seconds=10, run_seconds=10)


def opened(asked: Asked) -> Upload:
    """Return the upload, or raise why it takes nothing from this client."""
    try:
        upload_id = delegated.upload_of(asked.path)
    except BadAddress:
        throttling.require(throttling.of_wrong_key(asked.client))
        raise
    throttling.require(throttling.of_upload(upload_id))
    return delegated.opened(asked.path, asked.headers.get("origin"))


async def with_open(asked: Asked, act: Callable[[Upload], Awaitable[Answer]]) -> Answer:
    """Return what an action on the open upload answers. An upload that ends meanwhile raises why it
    did, as ``opened`` does."""
    upload = await threads.run(opened, asked)
    try:
        return await act(upload)
    except receiving.UploadOver:
        await threads.run(opened, asked)
        raise
