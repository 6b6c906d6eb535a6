"""Fetch the file of a video from the URL that its upload names, and store it as the source."""

import errno
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from processing.ffmpeg.errors import Interrupted
from processing.steps import tools, transfers
from processing.steps.context import Outcome, Settled, TaskContext
from processing.steps.step import Step
from videos import arrivals, duplicates
from videos.duplicates import Duplicate
from videos.fetching import partial
from videos.fetching.download import Fetch, Fetched, Wanted
from videos.fetching.errors import FetchFailed, FetchStopped
from videos.fetching.pace import Speed
from videos.fetching.partial import Partial
from videos.models import Upload
from videos.storage import originals


@dataclass(frozen=True)
class Arrived:
    """The result of this step: the run has its source now."""


def run(context: TaskContext) -> Outcome:
    """Fetch the file, store it, and give the run its source."""
    upload = arrivals.open_upload(context.run.video_id)
    with partial.held(upload.pk) as part:
        try:
            fetched = _fetch(context, upload, part)
            _require_wanted(upload, fetched.sha256)
            key = arrivals.new_key(upload)
            tools.let_go_of_database()
            transfers.ask(
                context,
                lambda: originals().take_file(
                    key, part.path, content_type="application/octet-stream"
                ),
            )
            part.discard()
        except FetchStopped as stop:
            raise Interrupted(stop.reason) from stop
        except Duplicate:
            part.discard()
            raise
        except FetchFailed as failure:
            if failure.tries == 1:
                part.discard()
            raise
        finally:
            _discard_if_over(upload, part)
    return Outcome(record=lambda: _record(context, upload, fetched), result=Arrived())


def _fetch(context: TaskContext, upload: Upload, part: Partial) -> Fetched:
    asked = upload.settings
    most = min(settings.FETCH_MAX_BYTES, upload.limits.get("max_size") or settings.FETCH_MAX_BYTES)
    tools.let_go_of_database()
    return Fetch(
        wanted=Wanted(asked["url"], most, asked.get("sha256", "")),
        partial=part,
        should_stop=context.should_stop,
        report=lambda speed: _report(context, upload, speed),
        make_room=lambda count: _require_room(part.path.parent, count),
    ).run()


def _require_wanted(upload: Upload, sha256: str) -> None:
    """Raise ``Duplicate`` before a file is stored that would then be refused."""
    duplicates.require_none(
        upload.owner, sha256, upload.settings.get("on_duplicate", duplicates.KEEP)
    )


def _report(context: TaskContext, upload: Upload, speed: Speed) -> None:
    """Record how far it is. It is for display only, so no error here ends the fetch."""
    context.report(min(1.0, speed.received / speed.total) if speed.total else 0.0, None)
    with suppress(DatabaseError):
        arrivals.report(
            upload.pk,
            received=speed.received,
            size=speed.total,
            bytes_a_second=speed.bytes_a_second,
        )
    tools.let_go_of_database()


def _require_room(folder: Path, count: int) -> None:
    if shutil.disk_usage(folder).free - count < settings.MIN_FREE_DISK_BYTES:
        raise OSError(errno.ENOSPC, "no room for the file")


def _discard_if_over(upload: Upload, part: Partial) -> None:
    """Delete what was fetched for an upload that was canceled or closed meanwhile."""
    with suppress(DatabaseError):
        if not Upload.objects.filter(pk=upload.pk, finished_at=None).exists():
            part.discard()


def _record(context: TaskContext, upload: Upload, fetched: Fetched) -> Settled | None:
    """Give the video and the run their source. The transaction is that of the task's end."""
    source = arrivals.take_in(
        upload,
        context.run,
        size=fetched.size,
        sha256=fetched.sha256,
        filename=fetched.filename,
    )
    return Settled.SETTLED if source is None else None


STEP = Step(
    kind="fetch",
    queue="ingest",
    stage="downloading",
    label="Downloading the file",
    share=0.0,
    run=run,
    bulk=True,
    stores=False,
    needs_source=False,
)
