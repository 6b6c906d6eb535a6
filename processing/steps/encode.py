"""Encode every rung and the audio from one decode, check the chunks, store and list them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from processing.ffmpeg import commands, ladder
from processing.ffmpeg.errors import MediaError
from processing.ffmpeg.ladder import Profile, Rung
from processing.ffmpeg.media import Media
from processing.ffmpeg.progress import Progress
from processing.models import Task
from processing.packaging import boxes, checker, hls, segments
from processing.steps import sources, tools
from processing.steps.job import Job, Outcome
from videos import lifecycle
from videos.models import Chunk, Release, Rendition
from videos.storage import outputs

CONTENT_TYPE = "video/mp4"
_SEGMENT_SECONDS = 4.0
# How many frames fewer than planned are the rounding of clocks, not a missing end.
_MISSING_FRAMES = 2
_MISSING_SHARE = 0.02


class SourceTruncated(MediaError):
    """Raised when a source ends long before it says."""

    code = "source_truncated"
    message = "The file ends before its video does. Upload it again."


@dataclass(frozen=True)
class MadeChunk:
    """One file FFmpeg wrote, read back box by box."""

    path: Path
    key: str
    track: boxes.Track
    segments: tuple[segments.Segment, ...]

    @property
    def name(self) -> str:
        """The rendition's name."""
        return self.path.stem

    @property
    def is_video(self) -> bool:
        """Whether it is a rung, not an audio track."""
        return self.track.handler == "vide"


def run(job: Job) -> Outcome:
    """Make the chunk; its rows appear with the finishing of the task."""
    media = Media.from_json(job.source.media or {})
    profile = Profile.from_json(job.run.profile)
    rungs = ladder.rungs_for(media.video, profile) if media.video else ()
    source = sources.local(job.source, should_stop=job.should_stop)
    argv = commands.encode(
        media,
        rungs,
        profile,
        ffmpeg=settings.FFMPEG,
        source=source,
        out=job.folder,
        threads=tools.threads(_encodes_running()),
    )
    finished = tools.run(argv, job, media, source, lambda p: _report(job, media, p))
    made = [_read(job, path) for path in sorted(job.folder.glob("*.mp4"))]
    _require_whole(made, media)
    checker.require(_findings(made, rungs))
    for chunk in made:
        outputs().put_file(chunk.key, chunk.path, content_type=CONTENT_TYPE)
    return Outcome(record=lambda: _record(job, media, made), argv=finished.argv, log=finished.log)


def _encodes_running() -> int:
    return Task.objects.filter(kind="encode", state=Task.State.RUNNING).count()


def _report(job: Job, media: Media, progress: Progress) -> None:
    share = progress.out_seconds / media.duration if media.duration else 0.0
    job.report(min(share, 0.99), progress.speed)


def _read(job: Job, path: Path) -> MadeChunk:
    with path.open("rb") as file:
        track = boxes.read_track(file)
    return MadeChunk(
        path=path,
        key=f"{job.output_prefix}{path.stem}/{job.task.number:05d}.mp4",
        track=track,
        segments=segments.group(track.fragments, int(_SEGMENT_SECONDS * track.timescale)),
    )


def _require_whole(made: Sequence[MadeChunk], media: Media) -> None:
    """Far fewer frames than the source tells of: the rest of it never arrived."""
    planned = media.planned_frames or 0
    counted = [sum(f.samples for f in c.track.fragments) for c in made if c.is_video]
    if counted and planned - min(counted) > max(_MISSING_FRAMES, planned * _MISSING_SHARE):
        raise SourceTruncated


def _findings(made: Sequence[MadeChunk], rungs: Sequence[Rung]) -> list[checker.Finding]:
    """What is wrong with the chunks; nothing of them is stored before this is empty."""
    found = []
    sizes = {rung.name: (rung.width, rung.height) for rung in rungs}
    for chunk in made:
        width, height = sizes.get(chunk.name, (None, None))
        found += checker.check_chunk(chunk.track, width=width, height=height)
    return found + checker.check_alignment({c.name: c.track for c in made if c.is_video})


def _record(job: Job, media: Media, made: list[MadeChunk]) -> None:
    release = Release.objects.get(pk=job.run.pk)
    for chunk in made:
        rendition = _rendition(release, media, chunk)
        Chunk.objects.create(
            rendition=rendition,
            number=job.task.number,
            key=chunk.key,
            bytes=chunk.path.stat().st_size,
            init_bytes=chunk.track.init_size,
            start=chunk.segments[0].start,
            duration=sum(segment.duration for segment in chunk.segments),
            segments=segments.to_json(chunk.segments),
        )
    lifecycle.make_playable(job.run.video_id, release=release)


def _rendition(release: Release, media: Media, chunk: MadeChunk) -> Rendition:
    track, video = chunk.track, media.video
    peak, average = hls.bandwidths(
        [
            hls.MediaSegmentRef(
                "", segment.offset, segment.size, segment.duration / track.timescale
            )
            for segment in chunk.segments
        ]
    )
    rendition, _ = Rendition.objects.get_or_create(
        release=release,
        name=chunk.name,
        defaults={
            "kind": Rendition.Kind.VIDEO if chunk.is_video else Rendition.Kind.AUDIO,
            "codecs": track.codecs,
            "timescale": track.timescale,
            "width": track.width or None,
            "height": track.height or None,
            "frame_rate": str(video.frame_rate) if video and chunk.is_video else "",
            "channels": None if chunk.is_video else 2,
            "language": "" if chunk.is_video else _language(media),
            "bitrate": average,
            "peak_bitrate": peak,
            "init_sha256": hashlib.sha256(track.init).hexdigest(),
        },
    )
    return rendition


def _language(media: Media) -> str:
    return (media.audio[0].language or "") if media.audio else ""
