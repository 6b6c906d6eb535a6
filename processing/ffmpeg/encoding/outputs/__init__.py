"""What can be made of frames and of audio: a module for each encoder, and one line for it here.

Where a codec has several encoders, the first one that an FFmpeg has is taken. Whether there is one
at all is asked when a video is looked at (`require`), so the last one is taken unasked.
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
"""By codec, in the order in which encoders are tried."""
AUDIO: dict[str, tuple[AudioOutput, ...]] = {
    "aac": (aac.OUTPUT,),
    "opus": (opus.OUTPUT,),
}
"""By codec, in the order in which encoders are tried."""

_Output = TypeVar("_Output", bound=Output)
EVERYWHERE = ("h264", "aac")
"""Codecs that an installation is of no use without, so that nothing asks for them again."""
HasEncoder = Callable[[str], bool]


def each_one(encoder: str) -> bool:
    """Whether an FFmpeg that has everything has an encoder."""
    return True


def video(codec: str, has: HasEncoder = each_one) -> VideoOutput:
    """The output for frames of a codec, by an encoder there is."""
    return _first(VIDEO[codec], has)


def audio(codec: str, has: HasEncoder = each_one) -> AudioOutput:
    """The output for audio of a codec, by an encoder there is."""
    return _first(AUDIO[codec], has)


def require(codecs: Iterable[str], has: HasEncoder) -> None:
    """Raise `ToolMissing` (`ffmpeg_incapable`) unless there is an encoder for each codec; of those
    in `EVERYWHERE` nothing is asked."""
    for codec in sorted(set(codecs).difference(EVERYWHERE)):
        encoders = encoders_of(codec)
        if not any(has(encoder) for encoder in encoders):
            told = " or ".join(encoders) or "an encoder of it"
            raise ToolMissing(
                f"The FFmpeg of this installation cannot make {codec}: it lacks {told}.",
                code="ffmpeg_incapable",
            )


def encoders_of(codec: str) -> list[str]:
    """FFmpeg's names of the encoders of a codec, in the order in which they are tried."""
    seen = [output.encoder for output in VIDEO.get(codec, ())]
    return [*seen, *(output.encoder for output in AUDIO.get(codec, ()))]


def _first(outputs: Sequence[_Output], has: HasEncoder) -> _Output:
    for output in outputs[:-1]:
        if has(output.encoder):
            return output
    return outputs[-1]
