"""AV1 by SVT-AV1: half the bits of H.264 for the same frames, for players that support it."""

from __future__ import annotations

from pathlib import Path

from processing.ffmpeg.encoding.outputs.output import VideoOrder
from processing.mp4 import av1c


class _SvtAv1:
    codec = "av1"
    encoder = "libsvtav1"
    sample_entry = "av01"
    pixel_format = "yuv420p"
    quality = (20, 55, 35)
    presets = ("12", "11", "10", "9", "8", "7", "6", "5", "4")
    usual_preset = "8"

    def argv(self, order: VideoOrder) -> list[str]:
        """Ask for closed groups of one length, the last of a span shorter: SVT-AV1 takes no
        keyframe times from us. No buffer size is given, because FFmpeg 5.1 divides it by a bitrate,
        which CRF does not have."""
        rung = order.rung
        params = f"lp={order.threads}:irefresh-type=2:scd=0"
        argv = ["-fps_mode", "passthrough", "-c:v", self.encoder, "-preset", order.preset]
        argv += ["-crf", str(rung.crf), "-maxrate", str(rung.maxrate), "-g", str(order.gop)]
        argv += ["-svtav1-params", params]
        return argv + [text for option in order.colors.items() for text in option]

    def finish(self, path: Path) -> None:
        """Replace the sequence header: the one that SVT-AV1 gives in advance lacks fields that the
        frames' own header has."""
        av1c.take_sequence_header(path)


OUTPUT = _SvtAv1()
