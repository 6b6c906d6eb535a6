"""AAC-LC by FFmpeg's own encoder: it plays everywhere."""

from __future__ import annotations

from pathlib import Path

from processing.ffmpeg.output_format import AUDIO_RATE, PACKET


class _Aac:
    codec = "aac"
    encoder = "aac"
    sample_entry = "mp4a"
    unit = PACKET
    # The encoder adds one access unit before the first, which is dropped because of its time.
    before = 0

    def bitrate(self, wished: int) -> int:
        return wished

    def argv(self, bitrate: int) -> list[str]:
        return ["-c:a", self.encoder, "-b:a", str(bitrate), "-ar", str(AUDIO_RATE)]

    def finish(self, path: Path) -> None:
        """Do nothing: FFmpeg's file is already right."""


OUTPUT = _Aac()
