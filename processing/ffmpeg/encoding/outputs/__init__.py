"""The encoders of frames and of audio: one module for each, and one line for it here.

Where a codec has several encoders, the first one that an FFmpeg has is used. Whether it has any is
checked when a video is probed (`require`), so the last encoder is used without a check.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from processing.ffmpeg.encoding.outputs import aac, av1, h264, opus
from processing.ffmpeg.encoding.outputs.output import AudioOutput, Output, VideoOutput
from processing.ffmpeg.errors import ToolMissing

VIDEO: dict[str, tuple[VideoOutput, ...]] = {
    "h264": (h264.OUTPUT,),
    "av1": (av1.OUTPUT,),
}
"""The outputs of each codec, in the order in which encoders are tried."""
AUDIO: dict[str, tuple[AudioOutput, ...]] = {
    "aac": (aac.OUTPUT,),
    "opus": (opus.OUTPUT,),
}
"""The outputs of each codec, in the order in which encoders are tried."""

_Output = TypeVar("_Output", bound=Output)
EVERYWHERE = ("h264", "aac")
"""Codecs without which an installation is useless, so `require` does not check for them again."""
HasEncoder = Callable[[str], bool]


def each_one(encoder: str) -> bool:
    """Return True: stands for an FFmpeg that has every encoder."""
    return True


def video(codec: str, has: HasEncoder = each_one) -> VideoOutput:
    """Return the output for frames of a codec, by an encoder that FFmpeg has."""
    return _first(VIDEO[codec], has)


def audio(codec: str, has: HasEncoder = each_one) -> AudioOutput:
    """Return the output for audio of a codec, by an encoder that FFmpeg has."""
    return _first(AUDIO[codec], has)


def require(codecs: Iterable[str], has: HasEncoder) -> None:
    """Raise `ToolMissing` (`ffmpeg_incapable`) unless FFmpeg has an encoder for each codec. The
    codecs in `EVERYWHERE` are not checked."""
    for codec in sorted(set(codecs).difference(EVERYWHERE)):
        encoders = encoders_of(codec)
        if not any(has(encoder) for encoder in encoders):
            told = " or ".join(encoders) or "an encoder of it"
            raise ToolMissing(
                f"The FFmpeg of this installation cannot make {codec}: it lacks {told}.",
                code="ffmpeg_incapable",
            )


def encoders_of(codec: str) -> list[str]:
    """Return FFmpeg's names of the encoders of a codec, in the order in which they are tried."""
    seen = [output.encoder for output in VIDEO.get(codec, ())]
    return [*seen, *(output.encoder for output in AUDIO.get(codec, ()))]


def _first(outputs: Sequence[_Output], has: HasEncoder) -> _Output:
    for output in outputs[:-1]:
        if has(output.encoder):
            return output
    return outputs[-1]
