"""Start, repeat and stop the processing of a video: what the rest of the product calls."""

from django.db import IntegrityError, transaction
from uuid_utils.compat import uuid7

from processing.ffmpeg.ladder import DEFAULT
from processing.models import Run
from processing.pipeline import advance, plan
from videos import lifecycle
from videos.models import Release, Source, Video


class AlreadyProcessing(Exception):
    """Raised when a video has a run that is not over."""


class NoSource(Exception):
    """Raised when a video has no stored source to work from."""


class NothingToCancel(Exception):
    """Raised when a video is neither arriving nor being processed."""


def begin(video: Video, source: Source) -> Run:
    """The source is stored: move the video to processing and plan its first run."""
    with transaction.atomic():
        lifecycle.begin_processing(video.pk, source=source)
        return _start(video, source, Run.Kind.FIRST)


def reprocess(video: Video) -> Run:
    """Plan a new run; a ready video keeps playing its release until the new one is complete."""
    if video.source is None:
        raise NoSource
    try:
        with transaction.atomic():
            locked = Video.objects.select_for_update(of=("self",)).get(pk=video.pk)
            if locked.status not in (Video.Status.READY, Video.Status.PROCESSING):
                lifecycle.begin_processing(video.pk, source=video.source)
            return _start(video, video.source, Run.Kind.REPROCESS)
    except IntegrityError as error:
        raise AlreadyProcessing from error


def cancel(video: Video) -> None:
    """Stop what is going on with a video: its active run, or its upload."""
    with transaction.atomic():
        run = Run.objects.filter(video=video, status__in=Run.ACTIVE).first()
        if run is not None:
            locked = advance.lock(run.pk)
            if locked.status in Run.ACTIVE:
                advance.cancel_run(locked)
                return
        try:
            lifecycle.cancel(video.pk)
        except lifecycle.InvalidTransition as error:
            raise NothingToCancel from error


def _start(video: Video, source: Source, kind: Run.Kind) -> Run:
    run_id = uuid7()
    release = Release.objects.create(pk=run_id)
    run = Run.objects.create(
        pk=run_id,
        video=video,
        source=source,
        release=release,
        kind=kind,
        priority=video.owner.terms.priority,
        profile=DEFAULT.to_json(),
    )
    advance.add_tasks(run, plan.first())
    return run
