"""Opus by libopus: as good as AAC with three quarters of its bits, for players that support it."""

from __future__ import annotations

from pathlib import Path

from processing.ffmpeg.output_format import AUDIO_RATE
from processing.mp4 import dops

# The encoder's delay in samples (6.5 ms): FFmpeg puts the first access unit that much before 0.
_DELAY = 312
_LEAST, _MOST = 32_000, 256_000


class _LibOpus:
    codec = "opus"
    encoder = "libopus"
    sample_entry = "Opus"
    unit = 960
    # After this much silence, the second access unit begins where the input does.
    before = 960 - _DELAY

    def bitrate(self, wished: int) -> int:
        return min(max(wished * 3 // 4, _LEAST), _MOST)

    def argv(self, bitrate: int) -> list[str]:
        argv = ["-c:a", self.encoder, "-b:a", str(bitrate), "-ar", str(AUDIO_RATE)]
        return [*argv, "-application", "audio", "-frame_duration", "20"]

    def finish(self, path: Path) -> None:
        """Set the pre-skip to 0: the delay it stands for was already dropped, so no player may skip
        any."""
        dops.set_pre_skip(path, 0)


OUTPUT = _LibOpus()
