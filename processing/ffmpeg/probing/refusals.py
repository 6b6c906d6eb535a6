"""Why a source is refused: what ffprobe's answer, or its failure, means to people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from processing.ffmpeg.errors import ProbeFailed, ProcessFailed, SourceTruncated
from processing.ffmpeg.media import Media
from processing.ffmpeg.probing import extras
from processing.ffmpeg.probing.timeline import Timeline

# Some pictures at either end may not be decodable without being missing.
_MISSING_FRAMES = 3
_MISSING_SHARE = 0.02


def of(error: ProcessFailed, path: Path) -> ProbeFailed:
    """What a failed ffprobe means, told by the few lines it is known to say."""
    code, message = "source_not_video", ProbeFailed.message
    if "encryption info" in error.log:
        code, message = "source_encrypted", "The file is encrypted."
    elif "moov atom not found" in error.log and _is_mp4(path):
        code, message = "source_truncated", "The file is cut off: its index is missing."
    elif _is_webp(path):
        code, message = "source_unsupported", "WebP pictures are not supported."
    return ProbeFailed(message, code=code, argv=error.argv, log=error.log)


def _is_mp4(path: Path) -> bool:
    """Whether it begins like one: ffprobe takes anything named .mp4 for one."""
    with path.open("rb") as file:
        return file.read(8)[4:] in (b"ftyp", b"mdat", b"wide", b"free", b"skip")


def _is_webp(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(12)
    return head[:4] == b"RIFF" and head[8:] == b"WEBP"


def require_all_there(media: Media, timeline: Timeline) -> None:
    """Raise `SourceTruncated` for an MP4 whose pictures end long before its index
    says: the rest of it never arrived. `media` is as it was before the timeline was read."""
    video = media.video
    if video is None or not video.duration or not media.is_mp4:
        return
    shown = float((timeline.end_pts - timeline.first_pts) * video.time_base)
    allowed = max(_MISSING_FRAMES / float(video.frame_rate), video.duration * _MISSING_SHARE)
    if video.duration - shown > allowed:
        raise SourceTruncated


def pictures_are_lost(listed: list[Any]) -> bool:
    """Whether there is a film that cannot be decoded: its sound alone is not what was handed in."""
    return any(
        isinstance(s, dict) and s.get("codec_type") == "video" and not extras.is_cover(s)
        for s in listed
    )


def nothing_to_show(listed: list[Any]) -> ProbeFailed:
    """What it means that none of these streams can be shown or heard."""
    kinds = [s for s in listed if isinstance(s, dict) and s.get("codec_type") in ("video", "audio")]
    if any(str(s.get("codec_tag_string")) in ("encv", "enca") for s in kinds):
        return ProbeFailed("The file is encrypted.", code="source_encrypted")
    if any(not extras.is_cover(s) for s in kinds):
        return ProbeFailed(
            "The file holds pictures or sound in a form we cannot decode.",
            code="source_unsupported",
        )
    return ProbeFailed("The file holds neither video nor sound.")
