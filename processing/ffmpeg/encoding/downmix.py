"""How the channels of audio become two, left and right."""

from __future__ import annotations

from collections.abc import Sequence

from processing.ffmpeg.media import AudioStream
from processing.ffmpeg.output_format import CHANNELS

# Loud speakers add up above full scale: the limiter holds the peaks and leaves the rest as loud.
LIMITER = "alimiter=limit=0.95:level=0:latency=1"
# FFmpeg's names of the layouts that it can mix to left and right by itself.
_KNOWN = frozenset(
    {
        "mono", "stereo", "2.1", "3.0", "3.0(back)", "4.0", "quad", "quad(side)", "3.1", "5.0",
        "5.0(side)", "4.1", "5.1", "5.1(side)", "6.0", "6.0(front)", "hexagonal", "6.1",
        "6.1(back)", "6.1(front)", "7.0", "7.0(front)", "7.1", "7.1(wide)", "7.1(wide-side)",
        "octagonal",
    }
)  # fmt: skip
# Numbers of channels for which FFmpeg assumes a layout where the source names none.
_USUAL = frozenset(range(1, 9))
# Codecs of broadcast and film audio: their packets may have other channels than the header says.
_CHANGING = ("ac3", "eac3", "dts", "truehd", "mlp", "aac_latm")
# FFmpeg plays mono on each side 3 dB lower.
_MONO = "volume=volume='if(eq(nb_channels,1),sqrt(2),1)':eval=once:precision=float"


def before(stream: AudioStream) -> list[str]:
    """Return the filters at the start of a chain, which keep mono as loud on both sides as it is.
    The first filter that converts anything also mixes the channels, so these must come before
    it."""
    return ["aformat=sample_fmts=fltp", _MONO] if _is_known(stream) else []


def stereo(stream: AudioStream) -> list[str]:
    """Return the filters to two channels: mono on both sides, surround by the usual weights. Of an
    unknown layout they take the first two channels, which are left and right in all usual
    orders."""
    right = "c1" if stream.channels >= CHANNELS else "c0"
    mixed = [] if _is_known(stream) else [f"pan=stereo|FL=c0|FR={right}"]
    return [*mixed, "aformat=sample_fmts=fltp:channel_layouts=stereo"]


def _is_known(stream: AudioStream) -> bool:
    return stream.layout in _KNOWN or (not stream.layout and stream.channels in _USUAL)


def limited(stream: AudioStream) -> list[str]:
    """Return the filters that keep mixed audio below full scale."""
    return [LIMITER] if stream.channels > CHANNELS or stream.codec in _CHANGING else []


def joined(speakers: Sequence[str]) -> list[str]:
    """Return the filters that join streams of one channel, one for each of `speakers`, and mix
    them."""
    surround = "5.1(side)" if "SL" in speakers else "5.1"
    layout = {2: "stereo", 8: "7.1"}.get(len(speakers), surround)
    placed = "|".join(f"{number}.0-{speaker}" for number, speaker in enumerate(speakers))
    put = f"join=inputs={len(speakers)}:channel_layout={layout}:map={placed}"
    mixed = [LIMITER] if len(speakers) > CHANNELS else []
    return [put, "aformat=sample_fmts=fltp:channel_layouts=stereo", *mixed]
