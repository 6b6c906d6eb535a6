"""Fetch the file of a video from where its upload says, and store it as the source."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from django.db import DatabaseError

from processing.ffmpeg.errors import Interrupted
from processing.steps import arriving, site_video, tools
from processing.steps.arriving import Arrival
from processing.steps.context import Outcome, Settled, TaskContext
from processing.steps.step import Step
from videos import arrivals
from videos.duplicates import Duplicate
from videos.fetching import partial
from videos.fetching.download import Fetch, Wanted
from videos.fetching.errors import FetchFailed, FetchStopped
from videos.fetching.partial import Partial
from videos.models import Upload
from videos.quotas import QuotaExceeded


@dataclass(frozen=True)
class Arrived:
    """The result of this step: the run has its source now."""


def run(context: TaskContext) -> Outcome:
    """Fetch the file, store it, and give the run its source."""
    upload = arrivals.open_upload(context.run.video_id)
    if upload.protocol == Upload.Protocol.SITE:
        arrival = site_video.fetch(context, upload)
    else:
        arrival = _from_url(context, upload)
    return Outcome(record=lambda: _record(context, upload, arrival), result=Arrived())


def _from_url(context: TaskContext, upload: Upload) -> Arrival:
    with partial.held(upload.pk) as part:
        try:
            arrival = _fetch(context, upload, part)
            arriving.store(context, upload, part.path, sha256=arrival.sha256)
            part.discard()
        except FetchStopped as stop:
            raise Interrupted(stop.reason) from stop
        except (Duplicate, QuotaExceeded):
            part.discard()
            raise
        except FetchFailed as failure:
            if failure.tries == 1:
                part.discard()
            raise
        finally:
            _discard_if_over(upload, part)
    return arrival


def _fetch(context: TaskContext, upload: Upload, part: Partial) -> Arrival:
    asked = upload.settings
    with arriving.within_quotas(upload) as most_bytes:
        tools.let_go_of_database()
        fetched = Fetch(
            wanted=Wanted(asked["url"], most_bytes, asked.get("sha256", "")),
            partial=part,
            should_stop=context.should_stop,
            report=lambda speed: arriving.report(context, upload, speed),
            make_room=lambda count: arriving.require_room(part.path.parent, count),
        ).run()
    return Arrival(fetched.size, fetched.sha256, fetched.filename)


def _discard_if_over(upload: Upload, part: Partial) -> None:
    """Delete what was fetched for an upload that was canceled or closed meanwhile."""
    with suppress(DatabaseError):
        if not Upload.objects.filter(pk=upload.pk, finished_at=None).exists():
            part.discard()


def _record(context: TaskContext, upload: Upload, arrival: Arrival) -> Settled | None:
    """Give the video and the run their source. The transaction is that of the task's end."""
    source = arrivals.take_in(
        upload,
        context.run,
        size=arrival.size,
        sha256=arrival.sha256,
        filename=arrival.filename,
        title=arrival.title,
        provenance=arrival.provenance,
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
