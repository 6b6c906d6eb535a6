"""What the steps leave in the rows, without any bytes: for tests of the pipeline alone."""

from __future__ import annotations

from typing import Any

from processing.ffmpeg.media import Media
from processing.ffmpeg.planning.ladder import DEFAULT
from processing.ffmpeg.planning.plan import plan_of
from processing.ffmpeg.planning.span_plan import Span
from processing.models import Task
from processing.steps import listing, publish
from processing.steps.context import Outcome, output_prefix_of
from processing.steps.probed import Probed
from videos import keys, lifecycle, objects
from videos.models import Chunk, Release, Rendition, StoredObject

# With frames, so that a poster is made which no video waits for.
_FRAMES = {
    "index": 0,
    "codec": "h264",
    "profile": "High",
    "width": 320,
    "height": 180,
    "rotation": 0,
    "sar": "1",
    "frame_rate": "25",
    "time_base": "1/12800",
    "start_pts": 0,
    "duration": 3.0,
    "frames": 75,
    "bitrate": None,
    "pixel_format": "yuv420p",
    "bit_depth": 8,
    "color_primaries": "",
    "color_transfer": "",
    "color_space": "",
    "color_range": "",
    "field_order": "progressive",
}
FACTS = {
    "container": "mov",
    "duration": 3.0,
    "start": 0.0,
    "size": 1000,
    "bitrate": None,
    "video": _FRAMES,
    "audio": [],
}
PROBED = Media.from_json(FACTS)
PLAN = plan_of(PROBED, DEFAULT)
# Three spans of a second; the audio of a second is 46.9 packets.
SPANS = tuple(
    Span(number, number * 25, end, None, number * 47, end and end * 47 // 25)
    for number, end in enumerate((25, 50, None))
)


def outcome(task: Task) -> Outcome:
    """What a step of this kind leaves."""
    if task.kind == "encode":
        return Outcome(record=lambda: _list_chunk(task))
    if task.kind == "publish":
        job: Any = type("TaskContext", (), {"run": task.run})
        return Outcome(record=lambda: publish.record(job, []))
    if task.kind == "probe":
        return Outcome(result=found(task))
    return Outcome()


def found(task: Task) -> Probed:
    """What a probe found; a run in one piece has one span."""
    whole = Span(0, 0, None, None, 0, None)
    return Probed(PROBED, PLAN, (whole,) if task.run.whole else SPANS, downloads=True)


def _list_chunk(task: Task) -> None:
    release = Release.objects.get(pk=task.run_id)
    key = keys.chunk(output_prefix_of(task), "180p", task.number)
    planned = objects.Planned(key, StoredObject.Role.CHUNK, "video/mp4", 1)
    objects.write_ahead([planned], release_id=release.pk, token=task.token)
    rendition, _ = Rendition.objects.get_or_create(
        release=release,
        name="180p",
        defaults={"kind": Rendition.Kind.VIDEO, "codecs": "avc1", "timescale": 1},
    )
    Chunk.objects.create(
        rendition=rendition,
        number=task.number,
        key=key,
        bytes=1,
        init_bytes=1,
        start=task.number,
        duration=1,
        segments=[],
    )
    objects.confirm(task.token)
    if task.number == 0:
        lifecycle.make_playable(task.run.video_id, release=release)
    listing.tell_when_whole(task, release)
