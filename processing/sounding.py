"""Have the audio of added tracks made, as soon as the video's release is complete and idle."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from processing import remaking
from processing.models import Task
from processing.services import AlreadyProcessing, VideoDeleted
from processing.steps import sound
from videos.each_row import act_on_each
from videos.models import Track, Video
from videos.tracks import services, sounds

_BATCH = 100
_OVER = (Task.State.FAILED, Task.State.CANCELED)
CANCELED = "audio_canceled"
_CANCELED = "Its processing was canceled."
UNKNOWN = "audio_release_unknown"
_UNKNOWN = "The job that made the video is not known any more. Process the video again."


def begin(video_id: UUID) -> bool:
    """Queue what a video's release lacks, and fail the tracks of which it could not be made; return
    whether anything was done. While the video is being processed nothing is: what publishes its
    release, or a later call, does it then."""
    video = Video.objects.filter(pk=video_id).first()
    if video is None or video.release_id is None:
        return False
    # Of all videos that play it: they have one job, which is queued for all of them.
    lacking = list(sounds.lacking().filter(video__release=video.release_id))
    if not lacking:
        return False
    failed = _fail_what_failed(video, lacking)
    try:
        return bool(remaking.make_sounds(video) or failed)
    except (AlreadyProcessing, VideoDeleted):
        return failed
    except remaking.NoRelease:
        for track in lacking:
            _fail(track, UNKNOWN, _UNKNOWN)
        return True


def make_sounds() -> int:
    """Do so for some videos; return for how many anything was done."""
    ids = sounds.lacking().order_by("video").values("video").distinct()[:_BATCH]
    return act_on_each(
        Video.objects.filter(pk__in=[row["video"] for row in ids]),
        lambda video: begin(video.pk),
        what="make_sounds",
    )


def _fail_what_failed(video: Video, lacking: Iterable[Track]) -> bool:
    """Fail the tracks whose tasks failed or were canceled; return whether there were any."""
    tasks = Task.objects.filter(run=video.release_id, kind=sound.KIND, state__in=_OVER)
    over = {task.input.get("track"): task for task in tasks}
    found = [(track, task) for track in lacking if (task := over.get(str(track.pk)))]
    for track, task in found:
        _fail(track, task.error_code or CANCELED, task.error_message or _CANCELED)
    return bool(found)


def _fail(track: Track, code: str, message: str) -> None:
    with suppress(Track.DoesNotExist):
        services.fail(track, code, message)
