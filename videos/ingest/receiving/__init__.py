"""Receive bytes that stream through this server, into one spool file per upload.

A way in opens a writer, gives it the bytes as they arrive, and completes it::

    async with receiving.writing(upload_id, keep_for=timedelta(hours=24)) as writer:
        if writer.offset != asked: ...
        async for block in body: await writer.take(block)
        if writer.offset == writer.upload.size: video = await writer.complete()

Whatever was taken is kept when the block is left, for any reason. Memory is constant, disk writes
happen outside the event loop, and no database connection or thread is held while bytes are awaited.
"""

from videos.ingest.receiving.at_address import begin_part, create_part_for, name_parts
from videos.ingest.receiving.completion import cancel, complete_arrived, complete_one
from videos.ingest.receiving.errors import (
    DiskFull,
    PartsInvalid,
    SizeTaken,
    TooManyBytes,
    TooManyParts,
    UploadElsewhere,
    UploadIsFinal,
    UploadLocked,
    UploadOver,
)
from videos.ingest.receiving.joined import create_final, create_part, size_of_parts
from videos.ingest.receiving.spool import discard, has_room, largest, offset_of
from videos.ingest.receiving.writer import Writer, complete_soon, resting_offset, writing
from videos.upload_parts import open_parts_for, parts_of, whole_of

__all__ = [
    "DiskFull",
    "PartsInvalid",
    "SizeTaken",
    "TooManyBytes",
    "TooManyParts",
    "UploadElsewhere",
    "UploadIsFinal",
    "UploadLocked",
    "UploadOver",
    "Writer",
    "begin_part",
    "cancel",
    "complete_arrived",
    "complete_one",
    "complete_soon",
    "create_final",
    "create_part",
    "create_part_for",
    "discard",
    "has_room",
    "largest",
    "name_parts",
    "offset_of",
    "open_parts_for",
    "parts_of",
    "resting_offset",
    "size_of_parts",
    "whole_of",
    "writing",
]
