"""The command that takes a still from a source."""

from __future__ import annotations

from pathlib import Path

from processing.ffmpeg import inputs
from processing.ffmpeg.media import Media, VideoStream

POSTER_FILENAME = "poster.jpg"
_LONGEST_SIDE = 1280
# Begin a tenth in (films often begin black), and take the most typical of the frames after.
_SKIPPED_SHARE = 0.1
_SKIPPED_AT_MOST = 30.0
_LOOKED_AT = 48
_JPEG_QUALITY = 4


def poster(media: Media, video: VideoStream, *, ffmpeg: str, source: Path, out: Path) -> list[str]:
    """The argv that writes `out/poster.jpg`: upright, square pixels, at most 1280 wide or high."""
    width, height = _size(video)
    skipped = min(media.duration * _SKIPPED_SHARE, _SKIPPED_AT_MOST)
    argv = [ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"]
    argv += ["-threads", "1", "-ss", f"{skipped:.3f}", *inputs.opened(source)]
    argv += ["-map", f"0:{video.index}", "-frames:v", "1", "-update", "1"]
    argv += ["-vf", f"thumbnail=n={_frames(media, video)},scale={width}:{height},setsar=1"]
    argv += ["-pix_fmt", "yuvj420p", "-q:v", str(_JPEG_QUALITY), "-map_metadata", "-1"]
    return [*argv, "-f", "image2", str(out / POSTER_FILENAME)]


def _size(video: VideoStream) -> tuple[int, int]:
    longest = max(video.display_width, video.display_height)
    factor = min(1.0, _LONGEST_SIDE / longest)
    return max(2, round(video.display_width * factor)), max(2, round(video.display_height * factor))


def _frames(media: Media, video: VideoStream) -> int:
    """How many frames the filter may wait for: never more than come after the skipped ones."""
    left = media.duration * (1 - _SKIPPED_SHARE) * float(video.frame_rate)
    return max(1, min(_LOOKED_AT, int(left * 0.9)))
