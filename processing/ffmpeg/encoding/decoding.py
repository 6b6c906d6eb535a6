"""Options for decoding a source's frames where FFmpeg's default decoding would show others."""

from __future__ import annotations

from processing.ffmpeg.media import VideoStream

# FFmpeg's own decoders for these ignore the transparency that Matroska stores beside the frames.
_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


def options(video: VideoStream) -> list[str]:
    """Return the options that go before the `-i` of an input whose frames are decoded, wherever in
    the input decoding begins."""
    argv = []
    if video.alpha_beside and video.codec in _WITH_ALPHA:
        argv += [f"-c:{video.index}", _WITH_ALPHA[video.codec]]
    if video.x264_build is not None:
        argv += ["-x264_build:v", str(video.x264_build)]
    return argv
