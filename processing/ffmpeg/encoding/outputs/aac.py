"""AAC-LC by FFmpeg's own encoder: what plays everywhere."""

from __future__ import annotations

from pathlib import Path

from processing.ffmpeg.output_format import AUDIO_RATE, PACKET


class _Aac:
    codec = "aac"
    encoder = "aac"
    sample_entry = "mp4a"
    unit = PACKET
    # The encoder puts one access unit before the first, which is dropped by its time.
    before = 0

    def bitrate(self, wished: int) -> int:
        return wished

    def argv(self, bitrate: int) -> list[str]:
        return ["-c:a", self.encoder, "-b:a", str(bitrate), "-ar", str(AUDIO_RATE)]

    def finish(self, path: Path) -> None:
        """There is nothing to put right."""


OUTPUT = _Aac()
