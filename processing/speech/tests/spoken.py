"""A spoken clip, made by espeak-ng, of which PocketSphinx understands every word."""

from __future__ import annotations

import array
import subprocess
import wave
from dataclasses import dataclass
from pathlib import Path

RATE = 16_000
SENTENCE = "he was going to the market"
_VOICE = ("-v", "en-us+f2", "-s", "160")
_AUDIBLE = 200


@dataclass(frozen=True)
class Spoken:
    """A WAV in which ``SENTENCE`` is said from ``start`` to ``end`` milliseconds."""

    path: Path
    start: int
    end: int


def clip(folder: Path, *, before: int = 1500, after: int = 1000, text: str = SENTENCE) -> Spoken:
    """Make a WAV of a text between so many milliseconds of silence."""
    said = folder / "said.wav"
    subprocess.run(["espeak-ng", *_VOICE, "-w", str(said), text], check=True)
    voice = _samples(said)
    silence = array.array("h", [0])
    path = folder / "spoken.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for part in (silence * (RATE // 1000 * before), voice, silence * (RATE // 1000 * after)):
            file.writeframes(part.tobytes())
    said.unlink()
    return Spoken(path, before, before + len(voice) * 1000 // RATE)


def _samples(said: Path) -> array.array[int]:
    """Return a WAV's samples at our rate, from the first that can be heard to the last."""
    command = ["ffmpeg", "-v", "error", "-i", str(said), "-f", "s16le", "-ar", str(RATE), "-"]
    voice = array.array("h", subprocess.run(command, check=True, capture_output=True).stdout)
    heard = [at for at, sample in enumerate(voice) if abs(sample) > _AUDIBLE]
    return voice[heard[0] : heard[-1] + 1]
