"""The command that takes a still from a source. It runs beside the encode, so it looks at few
pictures, and decodes few where the source has keyframes to choose from."""

from __future__ import annotations

from pathlib import Path

from processing.ffmpeg import inputs
from processing.ffmpeg.encoding import pixels
from processing.ffmpeg.media import Media, VideoStream

POSTER_FILENAME = "poster.jpg"
_LONGEST_SIDE = 1280
# Begin a tenth in (films often begin black), and take the most typical of the pictures after.
_SKIPPED_SHARE = 0.1
_SKIPPED_AT_MOST = 30.0
_LOOKED_AT = 4
# Pictures from one that is looked at to the next, where all are decoded.
_STRIDE = 12
# Sources of this many seconds have keyframes enough, unless the timeline tells otherwise.
_LONG_SECONDS = 40.0
# So few pictures that a seek may end behind the last.
_SHORT_SECONDS = 1.0
# Without an index a seek may end behind the only keyframe of a short source.
_UNINDEXED = ("mpegts", "mpeg", "mpegvideo")
_JPEG_QUALITY = 4
# Without the flags each conversion rounds down.
_JPEG_COLORS = "out_color_matrix=smpte170m:out_range=pc:flags=bicubic+accurate_rnd"


def poster(media: Media, video: VideoStream, *, ffmpeg: str, source: Path, out: Path) -> list[str]:
    """The argv that writes `out/poster.jpg`: upright, square pixels, SDR, at most 1280 wide or
    high; in the BT.601 and full range that JPEG means."""
    argv = [ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"]
    argv += ["-threads", "1", "-filter_threads", "1"]
    keyframes = _has_keyframes_to_choose_from(media, video)
    if keyframes:
        argv += ["-skip_frame", "nokey", "-noaccurate_seek"]
    if video.upright:
        argv.append("-noautorotate")
    argv += ["-ss", f"{_skipped(media):.3f}", *inputs.opened(source)]
    argv += ["-map", f"0:{video.index}", "-frames:v", "1", "-update", "1"]
    argv += ["-vf", ",".join(_steps(media, video, keyframes))]
    argv += ["-q:v", str(_JPEG_QUALITY), "-map_metadata", "-1"]
    return [*argv, "-f", "image2", str(out / POSTER_FILENAME)]


def _steps(media: Media, video: VideoStream, keyframes: bool) -> list[str]:
    chosen = [] if keyframes else [*pixels.before_grid(video), _every(_stride(media, video))]
    jpeg = [f"scale={_JPEG_COLORS}", "format=yuvj420p"]
    jpeg.append("setparams=range=pc:colorspace=smpte170m")
    return [*chosen, *pixels.steps(video, *_size(video)), *jpeg, f"thumbnail=n={_LOOKED_AT}"]


def _has_keyframes_to_choose_from(media: Media, video: VideoStream) -> bool:
    # The fields of one picture are told apart by its neighbours, which are not decoded.
    if pixels.before_grid(video):
        return False
    if video.longest_gop is None:
        return media.duration >= _LONG_SECONDS
    return media.duration * (1 - _SKIPPED_SHARE) >= _LOOKED_AT * video.longest_gop > 0


def _skipped(media: Media) -> float:
    """Seconds before the first picture that is looked at."""
    if media.duration < _SHORT_SECONDS:
        return 0.0
    if media.container in _UNINDEXED and media.duration < _LONG_SECONDS:
        return 0.0
    return min(media.duration * _SKIPPED_SHARE, _SKIPPED_AT_MOST)


def _every(stride: int) -> str:
    return f"select='not(mod(n,{stride}))'"


def _stride(media: Media, video: VideoStream) -> int:
    """Small enough that a short source has as many pictures as are looked at."""
    left = media.duration * (1 - _SKIPPED_SHARE) * float(video.frame_rate)
    return max(1, min(_STRIDE, int(left / _LOOKED_AT)))


def _size(video: VideoStream) -> tuple[int, int]:
    longest = max(video.display_width, video.display_height)
    factor = min(1.0, _LONGEST_SIDE / longest)
    return _even(video.display_width * factor), _even(video.display_height * factor)


def _even(side: float) -> int:
    return max(2, 2 * round(side / 2))
