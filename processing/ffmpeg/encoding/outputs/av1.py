"""AV1 by SVT-AV1: half the bits of H.264 for the same frames, where players know it."""

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
        """Closed groups of one length, the last of a span shorter: it takes no keyframes from us.
        A buffer's size is not given: FFmpeg 5.1 divides by a bitrate that CRF does not have."""
        rung = order.rung
        params = f"lp={order.threads}:irefresh-type=2:scd=0"
        argv = ["-fps_mode", "passthrough", "-c:v", self.encoder, "-preset", order.preset]
        argv += ["-crf", str(rung.crf), "-maxrate", str(rung.maxrate), "-g", str(order.gop)]
        argv += ["-svtav1-params", params]
        return argv + [text for option in order.colors.items() for text in option]

    def finish(self, path: Path) -> None:
        """The header that SVT-AV1 gives in advance has not all that is in the frames' own."""
        av1c.take_sequence_header(path)


OUTPUT = _SvtAv1()
