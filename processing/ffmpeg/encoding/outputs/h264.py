"""H.264 by x264: it plays everywhere."""

from __future__ import annotations

from pathlib import Path

from processing.ffmpeg.encoding.outputs.output import VideoOrder

# The greatest number of frames between keyframes where all keyframes are forced.
_NEVER = "100000"


class _X264:
    codec = "h264"
    encoder = "libx264"
    sample_entry = "avc1"
    pixel_format = "yuv420p"
    quality = (10, 40, 23)
    presets = (
        "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower",
        "veryslow",
    )  # fmt: skip
    usual_preset = "veryfast"

    def argv(self, order: VideoOrder) -> list[str]:
        """Return the options. `stitchable` keeps the init segment the same whatever the CRF; fixed
        GOPs keep the rungs aligned."""
        rung = order.rung
        argv = ["-fps_mode", "passthrough", "-c:v", self.encoder, "-preset", order.preset]
        argv += ["-profile:v", "high", "-threads", str(order.threads), "-crf", str(rung.crf)]
        argv += ["-maxrate", str(rung.maxrate), "-bufsize", str(rung.bufsize)]
        argv += [*self._groups(order), "-sc_threshold", "0", "-x264-params", _params(order)]
        return argv + [text for option in order.colors.items() for text in option]

    def _groups(self, order: VideoOrder) -> list[str]:
        if not order.keyframes:
            return ["-g", str(order.gop), "-keyint_min", str(order.gop)]
        forced = ",".join(f"{second:.6f}" for second in order.keyframes)
        return ["-g", _NEVER, "-keyint_min", "1", "-forced-idr", "1", "-force_key_frames", forced]

    def finish(self, path: Path) -> None:
        """Do nothing: FFmpeg's file is already right."""


def _params(order: VideoOrder) -> str:
    """Return the x264 parameters. B-frames as references reorder by two frames, other B-frames by
    one."""
    kept = {0: ":bframes=0", 1: ":b-pyramid=none"}
    return "stitchable=1" + ("" if order.reordered is None else kept.get(order.reordered, ""))


OUTPUT = _X264()
