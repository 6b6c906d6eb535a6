"""Why a source is refused: the meaning of ffprobe's answer, or of its failure, for people."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from processing.ffmpeg import inputs
from processing.ffmpeg.errors import (
    MediaError,
    OutputTooLarge,
    ProbeFailed,
    ProcessFailed,
    ProcessKilled,
    ProcessTimedOut,
    SourceTruncated,
)
from processing.ffmpeg.media import Media
from processing.ffmpeg.probing import (
    clock,
    elsewhere,
    ffprobe_values,
    missing,
    secondary_streams,
    stills,
)
from processing.ffmpeg.probing.timeline import Timeline

# Some frames at either end may be undecodable without being missing.
_MISSING_FRAMES = 3
_MISSING_SHARE = 0.02
_NAMED_AT_MOST = 4
_FASTEST = 60.0
_CUT = "The file is cut off: its index points at data that is missing. Upload it again."
_STILL = (
    "The file is a still picture ({}). Upload a video, an animated GIF or PNG, or an audio file."
)
_NO_CLOCK = (
    "The timestamps of the file jump more than {} times, so its parts cannot be put in order. "
    "Save it again with another program, and upload that."
)
_ELSEWHERE = (
    "The file only refers to other files that hold its video or audio, and those were not "
    "uploaded. Save it as one file that contains everything, and upload that."
)
_SEVERAL = (
    "The file contains several videos one after the other. Upload each of them as a file "
    "of its own."
)
_EMPTY = "The file is empty: it holds neither video nor audio."


class Limits(Protocol):
    """The limits of a source: seconds, frames, and decoded pixels."""

    @property
    def max_duration(self) -> float: ...  # noqa: D102
    @property
    def max_frames(self) -> int: ...  # noqa: D102
    @property
    def max_decoded_pixels(self) -> int: ...  # noqa: D102


def probe_error(error: ProcessFailed, path: Path) -> ProbeFailed:
    """Return the meaning of a failed ffprobe, recognized by the few messages it is known to
    print."""
    if "max_streams" in error.log:
        return _too_many_streams(error.argv, error.log)
    code, message = "source_not_video", ProbeFailed.message
    if "encryption info" in error.log:
        code, message = "source_encrypted", "The file is encrypted."
    elif still := stills.kind_of(path):
        code, message = "source_unsupported", _STILL.format(still)
    elif "moov atom not found" in error.log and _is_mp4(path):
        code, message = "source_truncated", "The file is cut off: its index is missing."
    return ProbeFailed(message, code=code, argv=error.argv, log=error.log)


def of_limits(error: MediaError) -> MediaError:
    """Return the meaning of a stopped ffprobe; `error` itself if that says nothing about the
    file."""
    if "max_streams" in error.log:  # FFmpeg says that it has no memory for more
        return _too_many_streams(error.argv, error.log)
    if isinstance(error, ProcessTimedOut):
        told = ("Inspecting the file took too long.", "probe_timed_out")
    elif isinstance(error, OutputTooLarge) or getattr(error, "memory", False):
        told = ("The file describes more streams or metadata than allowed.", "source_too_large")
    else:
        return error
    return ProbeFailed(told[0], code=told[1], argv=error.argv, log=error.log)


def impossible_pixels() -> ProbeFailed:
    """Return the error for a source whose pixels have a shape that cannot be shown."""
    message = "The file gives a pixel shape that is not possible, so it cannot be decoded."
    return ProbeFailed(message, code="source_unsupported")


def too_long() -> ProbeFailed:
    """Return the error for a source that lasts longer than allowed."""
    return ProbeFailed("The video is longer than allowed.", code="source_too_long")


def require_few(listed: list[Any], shown: int, any_kind: int) -> None:
    """Raise `ProbeFailed` for more than `shown` video, audio and subtitle streams, or more than
    `any_kind` streams of any kind; a film's fonts and covers are streams too."""
    kinds = [s.get("codec_type") for s in listed if isinstance(s, dict)]
    counted = sum(kind in ("video", "audio", "subtitle") for kind in kinds)
    if counted > shown or len(kinds) > any_kind:
        raise _too_many_streams()


def _too_many_streams(argv: Sequence[str] = (), log: str = "") -> ProbeFailed:
    message = "The file has too many streams."
    return ProbeFailed(message, code="source_too_large", argv=argv, log=log)


def require_within(media: Media, limits: Limits) -> None:
    """Raise `ProbeFailed` for a source that is too long, has too many frames or pixels in them, or
    a clock that jumps too often. It uses the measured values; headers may have said otherwise."""
    if max(media.duration, media.lasting) > limits.max_duration:
        raise too_long()
    video = media.video
    jumps = max((len(s.jumps) for s in (video, *media.audio) if s is not None), default=0)
    if jumps > clock.MAX_JUMPS:
        raise ProbeFailed(_NO_CLOCK.format(clock.MAX_JUMPS), code="source_unsupported")
    if video is not None and (video.frames or 0) > limits.max_frames:
        raise ProbeFailed("The video has too many frames.", code="source_too_large")
    if pixels_of(media) > limits.max_decoded_pixels:
        raise ProbeFailed(
            "The video needs too much work: it has too many large frames.", code="source_too_large"
        )


def pixels_of(media: Media) -> float:
    """Return the pixels of all frames that are decoded, or that are shown and so encoded: few bytes
    can hold, or repeat, any number of them."""
    video = media.video
    if video is None:
        return 0.0
    shown = max(media.duration, media.lasting) * min(float(video.fastest_rate), _FASTEST)
    return max(video.frames or 0, shown) * video.width * video.height


def _is_mp4(path: Path) -> bool:
    """Whether the file begins like an MP4: ffprobe takes anything named .mp4 for one."""
    with path.open("rb") as file:
        return file.read(8)[4:] in (b"ftyp", b"mdat", b"wide", b"free", b"skip")


def require_all_there(media: Media, timeline: Timeline, path: Path) -> None:
    """Raise `SourceTruncated` for an MP4 whose frames end long before its index says because bytes
    are missing: the rest of it never arrived. `media` is the state before the timeline was read."""
    video = media.video
    if video is None or not video.duration or not media.is_mp4:
        return
    shown = float((timeline.end_pts - timeline.first_pts) * video.time_base)
    allowed = max(_MISSING_FRAMES / float(video.frame_rate), video.duration * _MISSING_SHARE)
    if video.duration - shown > allowed and missing.is_cut(path):
        raise SourceTruncated


def of_nothing(error: ProbeFailed, path: Path, packets: bool) -> ProbeFailed:
    """Return why nothing of a file can be shown or heard, if the file says more than its streams:
    its media are in other files, bytes are missing, or there are no `packets` at all."""
    if error.code not in ("source_unsupported", "source_not_video"):
        return error
    if elsewhere.is_any(path):
        code = "source_unsupported"
        return ProbeFailed(_ELSEWHERE, code=code, argv=error.argv, log=error.log)
    if missing.is_cut(path):
        return SourceTruncated(_CUT, argv=error.argv, log=error.log)
    if not packets:
        return SourceTruncated(_EMPTY, argv=error.argv, log=error.log)
    return error


def require_readable_first(media: Media) -> None:
    """Raise for a container whose reader takes a file that follows for more frames of its own."""
    if media.container == "ivf":
        raise ProbeFailed(_SEVERAL, code="source_unsupported")


def frames_are_lost(listed: list[Any]) -> bool:
    """Whether there is a film that cannot be decoded: its audio alone is not what was uploaded."""
    return any(
        isinstance(s, dict) and s.get("codec_type") == "video" and not secondary_streams.is_cover(s)
        for s in listed
    )


def nothing_to_show(listed: list[Any], heard: Collection[int] = ()) -> ProbeFailed:
    """Return why none of these streams can be shown, nor heard except those in `heard`."""
    kinds = [s for s in listed if isinstance(s, dict) and s.get("codec_type") in ("video", "audio")]
    if any(str(s.get("codec_tag_string")) in ("encv", "enca") for s in kinds):
        return ProbeFailed("The file is encrypted.", code="source_encrypted")
    unread = [s for s in kinds if not secondary_streams.is_cover(s) and s.get("index") not in heard]
    foreign = {ffprobe_values.codec(s) for s in unread if _is_foreign(s)}
    if foreign:
        return ProbeFailed(_undecoded(sorted(foreign)), code="source_unsupported")
    if unread:
        what = "None of the video" if heard else "None of the video and audio"
        named = ", ".join(sorted({ffprobe_values.codec(s) for s in unread})[:_NAMED_AT_MOST])
        message = f"{what} in the file can be decoded, because it is damaged ({named})."
        return ProbeFailed(message, code="source_unsupported")
    return ProbeFailed("The file holds neither video nor audio.")


def _is_foreign(stream: dict[str, Any]) -> bool:
    """Whether the codec is one that is not decoded, or that this FFmpeg cannot decode."""
    return stream.get("codec_name") not in inputs.CODECS or bool(stream.get("unopened"))


def unopened(codec: str, error: ProbeFailed) -> ProbeFailed:
    """Return the error for a stream whose decoder does not open and which cannot be hidden."""
    return ProbeFailed(
        _undecoded([codec]), code="source_unsupported", argv=error.argv, log=error.log
    )


def _undecoded(codecs: Sequence[str]) -> str:
    named = ", ".join(codecs[:_NAMED_AT_MOST])
    return f"The file holds video or audio in a format that cannot be decoded here: {named}."


@contextlib.contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Turn a failure of ffprobe into an error that says what it means for the file."""
    try:
        yield
    except ProcessFailed as error:
        raise probe_error(error, path) from error
    except (OutputTooLarge, ProcessTimedOut, ProcessKilled) as error:
        raise of_limits(error) from error
