"""Read the chunks of an encode box by box and check them before they are published."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from processing.ffmpeg.encoding import outputs
from processing.ffmpeg.errors import MediaError
from processing.ffmpeg.output_format import PACKET, timescale, units
from processing.ffmpeg.planning.plan import EncodePlan
from processing.ffmpeg.planning.span_plan import Span
from processing.packaging import checker, composition, segments, upright
from processing.packaging.kinds import Kind
from processing.packaging.track import Track, read_track
from videos import keys


class ChunksDiffer(MediaError):
    """Raised when a chunk is not as planned, so that it does not fit the other chunks."""

    code = "chunks_differ"
    message = "The parts of this video do not fit together, so it is made again in one piece."


class NothingDecoded(MediaError):
    """Raised when a source has frames but none of them could be decoded."""

    code = "source_unsupported"
    message = "No frame of the file can be decoded, because the file is damaged."


class CopyUnfit(MediaError):
    """Raised when copied frames of the source do not decode, or differ from its index."""

    code = "copy_unfit"
    message = "The frames of this video are damaged, so they are encoded again."


@dataclass(frozen=True)
class MadeChunk:
    """A file that FFmpeg wrote, with its ``size`` in bytes and the ``key`` to store it under."""

    path: Path
    size: int
    key: str
    track: Track
    segments: tuple[segments.Segment, ...]

    @property
    def name(self) -> str:
        """The rendition's name."""
        return self.path.stem

    @property
    def kind(self) -> Kind:
        """Whether it is a rung or an audio track."""
        return self.track.kind

    @property
    def init_sha256(self) -> str:
        """The hash of the init segment, which must be the same in all chunks of a rendition."""
        return hashlib.sha256(self.track.init).hexdigest()


def read(path: Path, *, prefix: str, span: Span, plan: EncodePlan) -> MadeChunk:
    """Return the chunk in a file, with its segments. Raises ``MalformedTrack``.

    Before that, the file's display matrix is set to the identity. Where frames are reordered by
    plan, its composition offsets are changed to begin at 0.
    """
    upright.straighten(path)
    if plan.grid is not None and plan.reordered is not None:
        composition.from_zero(path, plan.grid.rate)
    with path.open("rb") as file:
        track = read_track(file)
    return MadeChunk(
        path=path,
        size=path.stat().st_size,
        key=keys.chunk(prefix, path.stem, span.number),
        track=track,
        segments=segments.group(track.fragments, round(plan.segment_seconds * track.timescale)),
    )


def require_good(
    made: Sequence[MadeChunk],
    *,
    plan: EncodePlan,
    span: Span,
    inits: Mapping[str, str],
) -> None:
    """Raise unless all chunks were made, are as planned, and fit those made before.

    ``inits`` are the init segment hashes of the existing renditions, empty for the first span.
    Raises ``CopyUnfit`` if frames were copied, ``ChunksDiffer`` for a part of a video, and
    ``NothingDecoded`` or ``CheckFailed`` for a whole one.
    """
    if span.whole and not span.copies:
        _require_frames(made)
    found = _findings(made, plan, span)
    if inits and inits != {chunk.name: chunk.init_sha256 for chunk in made}:
        found.append(checker.Violation("init", "The chunk does not begin as the ones before it."))
    log = "\n".join(finding.message for finding in found)
    if found and span.copies:
        raise CopyUnfit(log=log)
    if found and not span.whole:
        raise ChunksDiffer(log=log)
    checker.require(found)


def _require_frames(made: Sequence[MadeChunk]) -> None:
    """Raise ``NothingDecoded`` if no frame was decoded. Counting finds frames that are missing."""
    video_chunks = [chunk for chunk in made if chunk.kind == Kind.VIDEO]
    if video_chunks and not any(chunk.track.fragments for chunk in video_chunks):
        raise NothingDecoded


def _findings(made: Sequence[MadeChunk], plan: EncodePlan, span: Span) -> list[checker.Violation]:
    sizes = {rung.name: (rung.width, rung.height) for rung in plan.rungs}
    missing = sizes.keys() - {chunk.name for chunk in made}
    found = [checker.Violation("missing", f"{name} was not made.") for name in sorted(missing)]
    for chunk in made:
        width, height = sizes.get(chunk.name, (None, None))
        found += checker.check_chunk(
            chunk.track,
            start=_start(chunk, plan, span),
            frames=_planned(chunk, plan, span),
            tolerance=_tolerance(span),
            width=width,
            height=height,
            rate=plan.grid.rate if chunk.kind == Kind.VIDEO and plan.grid else None,
            composed=plan.reordered is not None,
        )
    return found + checker.check_alignment({c.name: c.track for c in made if c.kind == Kind.VIDEO})


def _start(chunk: MadeChunk, plan: EncodePlan, span: Span) -> int:
    """Return the tick at which a chunk must start."""
    if chunk.kind == Kind.AUDIO or plan.grid is None:
        unit = _unit(chunk, plan)
        return units(span.first_packet, unit) * unit
    rate = plan.grid.rate
    return int(span.first_frame * timescale(rate) / rate)


def _planned(chunk: MadeChunk, plan: EncodePlan, span: Span) -> int | None:
    """Return how many samples a chunk must have; None, unknown, for a whole video or final audio.

    Video at the end has a number only if the plan knows the number of frames.
    """
    if span.whole:
        return None
    if chunk.kind == Kind.AUDIO:
        if span.end_packet is None:
            return None
        unit = _unit(chunk, plan)
        return units(span.end_packet, unit) - units(span.first_packet, unit)
    planned = plan.grid.frames if plan.grid else None
    end = planned if span.end_frame is None else span.end_frame
    return None if end is None else end - span.first_frame


def _unit(chunk: MadeChunk, plan: EncodePlan) -> int:
    """Return the number of audio samples in an access unit of a chunk."""
    track = next((track for track in plan.tracks if track.name == chunk.name), None)
    return outputs.audio(track.codec).unit if track else PACKET


def _tolerance(span: Span) -> int:
    """Return how many frames a chunk may differ: 1 at the end of a video, else 0."""
    return 1 if span.end_frame is None else 0
