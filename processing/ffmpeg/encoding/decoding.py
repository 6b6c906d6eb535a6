"""How the frames of a source are decoded, where FFmpeg's own choice would show others."""

from __future__ import annotations

from processing.ffmpeg.media import VideoStream

# FFmpeg's own decoders of these know nothing of the transparency Matroska keeps beside them.
_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


def options(video: VideoStream) -> list[str]:
    """Options that go before the `-i` of an input whose frames are decoded, wherever in it that
    begins."""
    argv = []
    if video.alpha_beside and video.codec in _WITH_ALPHA:
        argv += [f"-c:{video.index}", _WITH_ALPHA[video.codec]]
    if video.x264_build is not None:
        argv += ["-x264_build:v", str(video.x264_build)]
    return argv
