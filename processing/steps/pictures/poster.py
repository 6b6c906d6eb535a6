"""Take a still image for the library. No other step waits for this one."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from processing.ffmpeg.encoding import poster
from processing.ffmpeg.errors import ProcessFailed, RoomDoubtful
from processing.ffmpeg.media import Media, VideoStream
from processing.ffmpeg.running import runner
from processing.steps import plans, sources, tools, transfers
from processing.steps.context import Outcome, TaskContext
from processing.steps.pictures.picture_step import has_frames, picture_step
from videos import keys, objects
from videos.events import log
from videos.models import Picture, Release, StoredObject, Video

_CONTENT_TYPE = "image/jpeg"


def run(context: TaskContext) -> Outcome:
    """Make the release's poster."""
    media = plans.media_of(context)
    if media.video is None:
        return Outcome()
    source = sources.local(context)
    still, finished = _taken(context, media, media.video, source)
    if still is None:
        return Outcome(argv=finished.argv, log=finished.log)
    made = {keys.poster(context.output_prefix): still.path}
    if still.small is not None:
        made[keys.small_poster(context.output_prefix)] = still.small
    _store(context, made)
    return Outcome(
        record=lambda: _record(context, *made),
        argv=finished.argv,
        log=finished.log,
    )


def _store(context: TaskContext, made: Mapping[str, Path]) -> None:
    """Store the files under their keys. They are registered before they are written."""
    planned = [
        objects.Planned(key, StoredObject.Role.POSTER, _CONTENT_TYPE, path.stat().st_size)
        for key, path in made.items()
    ]
    context.insist(
        lambda: objects.write_ahead(planned, release_id=context.run.pk, token=context.task.token)
    )
    for key, path in made.items():
        transfers.take(context, key, path, content_type=_CONTENT_TYPE)


def _taken(
    context: TaskContext, media: Media, video: VideoStream, source: Path
) -> tuple[poster.Still | None, runner.Finished]:
    """Look for stills until one is good enough; return the best one, and FFmpeg's last result."""
    found: list[poster.Still] = []
    finished = failed = None
    looks = poster.looks(
        media, video, ffmpeg=context.ffmpeg.program, source=source, out=context.folder
    )
    for number, look in enumerate(looks):
        try:
            finished = tools.run(look.argv, context, media.duration, source)
        except ProcessFailed as error:
            if isinstance(error, RoomDoubtful):
                raise
            failed = error  # there may be no frame at that time
            continue
        found += poster.taken(context.folder, number)
        if look.is_enough(found):
            break
    if finished is None:
        raise failed or ProcessFailed()
    return poster.best(found), finished


def _record(context: TaskContext, key: str, small: str = "") -> None:
    """Show the poster, unless a better one is there, and tell the followers of a video that shows
    the release already."""
    release = Release.objects.select_for_update().get(pk=context.run.pk)
    objects.confirm(context.task.token)
    if Picture.objects.filter(release=release, key=release.poster_key).exists():
        objects.mark_outputs({key, small} - {""})
        return
    objects.mark_outputs({release.poster_key, release.small_poster_key} - {""})
    Release.objects.filter(pk=release.pk).update(poster_key=key, small_poster_key=small)
    shown = Video.objects.filter(release_id=release.pk).values_list("pk", flat=True)
    log.write_all("video.image.ready", list(shown), kind=context.task.kind)


# People wait for it, so it is made beside the rest of the encode, from the source.
STEP = replace(
    picture_step("poster", run, shows=has_frames, after=("encode", 0), needs_source=True),
    stage="encoding",
    label="Preparing the video",
    share=1.0,
    version=2,  # raised when plans began to have clips
)
