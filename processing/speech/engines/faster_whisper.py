"""faster-whisper: Whisper's models in CTranslate2's format, on the CPU."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from processing.captions.document import Word
from processing.speech import languages
from processing.speech.pieces import Piece, pieces
from processing.speech.transcriber import Heard

# The engine keeps the spectrum of the whole of what it is given.
_LONGEST, _CUT_WITHIN = 600, 30


class FasterWhisper:
    """An engine whose model is a folder; it is never fetched."""

    name = "faster-whisper"

    def __init__(self, model: Path, threads: int) -> None:
        self._numpy = import_module("numpy")
        self._vad = import_module("faster_whisper.vad")
        self.model = model.name
        self._engine: Any = import_module("faster_whisper").WhisperModel(
            str(model),
            device="cpu",
            compute_type="int8",
            cpu_threads=threads,
            local_files_only=True,
        )

    def transcribe(self, sound: Path, language: str) -> Iterator[Heard]:
        """Yield what is said, as ``Transcriber`` tells."""
        code = languages.code_of(language, self._engine.supported_languages)
        for piece in pieces(sound, longest=_LONGEST, cut_within=_CUT_WITHIN):
            heard = None
            for heard in self._heard(piece, code):
                yield heard
            # The first language in which something is said is that of the whole.
            if code is None and heard is not None:
                code = languages.code_of(heard.language, self._engine.supported_languages)
            yield Heard(piece.end, heard.language if heard else languages.tag_of(code or ""))

    def _heard(self, piece: Piece, code: str | None) -> Iterator[Heard]:
        numpy = self._numpy
        samples = numpy.frombuffer(piece.samples, numpy.int16).astype(numpy.float32) / 32768
        if not self._vad.get_speech_timestamps(samples):
            return
        segments, about = self._engine.transcribe(
            samples,
            language=code,
            word_timestamps=True,
            vad_filter=True,  # it would make up words for silence
            condition_on_previous_text=False,  # it would go on with what it once repeated
        )
        for segment in segments:
            words = [
                Word(piece.start + round(1000 * one.start), piece.start + round(1000 * one.end),
                     one.word)
                for one in segment.words or ()
            ]  # fmt: skip
            until = min(piece.end, piece.start + round(1000 * segment.end))
            yield Heard(until, languages.tag_of(about.language), tuple(words))
