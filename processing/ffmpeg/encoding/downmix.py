"""What becomes of the channels of audio: two, left and right."""

from __future__ import annotations

from collections.abc import Sequence

from processing.ffmpeg.media import AudioStream
from processing.ffmpeg.output_format import CHANNELS

# Loud speakers add up above full scale: held there, not turned down throughout.
LIMITER = "alimiter=limit=0.95:level=0:latency=1"
# As FFmpeg names them, where it knows by itself what left and right are made of.
_KNOWN = frozenset(
    {
        "mono", "stereo", "2.1", "3.0", "3.0(back)", "4.0", "quad", "quad(side)", "3.1", "5.0",
        "5.0(side)", "4.1", "5.1", "5.1(side)", "6.0", "6.0(front)", "hexagonal", "6.1",
        "6.1(back)", "6.1(front)", "7.0", "7.0(front)", "7.1", "7.1(wide)", "7.1(wide-side)",
        "octagonal",
    }
)  # fmt: skip
# What is meant where nobody tells: FFmpeg has a layout for so many.
_USUAL = frozenset(range(1, 9))
# Broadcast and film audio, whose packets may tell other channels than the header.
_CHANGING = ("ac3", "eac3", "dts", "truehd", "mlp", "aac_latm")
# FFmpeg gives mono to each side 3 dB down.
_MONO = "volume=volume='if(eq(nb_channels,1),sqrt(2),1)':eval=once:precision=float"


def before(stream: AudioStream) -> list[str]:
    """The filters to begin with: they make mono as loud on both sides as it is. Channels are mixed
    by the next filter that converts at all, so it must be before the first."""
    return ["aformat=sample_fmts=fltp", _MONO] if _is_known(stream) else []


def stereo(stream: AudioStream) -> list[str]:
    """The filters to two channels: mono on both sides, surround by the usual weights; of an unknown
    layout the first two channels, which are left and right in all usual orders."""
    right = "c1" if stream.channels >= CHANNELS else "c0"
    mixed = [] if _is_known(stream) else [f"pan=stereo|FL=c0|FR={right}"]
    return [*mixed, "aformat=sample_fmts=fltp:channel_layouts=stereo"]


def _is_known(stream: AudioStream) -> bool:
    return stream.layout in _KNOWN or (not stream.layout and stream.channels in _USUAL)


def limited(stream: AudioStream) -> list[str]:
    """The filters that keep what was mixed below full scale."""
    return [LIMITER] if stream.channels > CHANNELS or stream.codec in _CHANGING else []


def joined(speakers: Sequence[str]) -> list[str]:
    """The filters that put streams of one channel together, each for its speaker, and mix them."""
    surround = "5.1(side)" if "SL" in speakers else "5.1"
    layout = {2: "stereo", 8: "7.1"}.get(len(speakers), surround)
    placed = "|".join(f"{number}.0-{speaker}" for number, speaker in enumerate(speakers))
    put = f"join=inputs={len(speakers)}:channel_layout={layout}:map={placed}"
    mixed = [LIMITER] if len(speakers) > CHANNELS else []
    return [put, "aformat=sample_fmts=fltp:channel_layouts=stereo", *mixed]
