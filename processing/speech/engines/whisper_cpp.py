"""whisper.cpp by pywhispercpp: Whisper's models in GGML's format, on the CPU."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from processing.captions.document import Word
from processing.speech import languages
from processing.speech.pieces import Piece, pieces
from processing.speech.transcriber import Heard

# The engine tells nothing before it is through with what it is given.
_LONGEST, _CUT_WITHIN = 60, 20
_A_HUNDREDTH_MS = 10
_SILENCE = 200


class WhisperCpp:
    """An engine whose model is a file; it is never fetched."""

    name = "whisper.cpp"

    def __init__(self, model: Path, threads: int) -> None:
        self._numpy = import_module("numpy")
        self._native = import_module("_pywhispercpp")
        self.model = model.stem.removeprefix("ggml-")
        self._engine: Any = import_module("pywhispercpp.model").Model(
            str(model),
            redirect_whispercpp_logs_to=None,
            context_params={"use_gpu": False},
            n_threads=threads,
            print_progress=False,
        )

    def transcribe(self, sound: Path, language: str) -> Iterator[Heard]:
        """Yield what is said, as ``Transcriber`` tells."""
        known = self._known()
        code = languages.code_of(language, known)
        if len(known) == 1:
            code = known[0]
        for piece in pieces(sound, longest=_LONGEST, cut_within=_CUT_WITHIN):
            numpy = self._numpy
            samples = numpy.frombuffer(piece.samples, numpy.int16).astype(numpy.float32) / 32768
            if self._is_silent(samples):
                yield Heard(piece.end, languages.tag_of(code or ""))
                continue
            spoken = code or self._engine.auto_detect_language(samples)[0][0]
            words = self._words(piece, samples, spoken)
            # The first language in which something is said is that of the whole.
            code = spoken if words else code
            yield Heard(piece.end, languages.tag_of(code or ""), words)

    def _known(self) -> list[str]:
        if not self._native.whisper_is_multilingual(self._engine._ctx):
            return ["en"]
        return list(self._engine.available_languages())

    def _is_silent(self, samples: Any) -> bool:
        return bool(abs(samples).max() * 32768 < _SILENCE)

    def _words(self, piece: Piece, samples: Any, code: str) -> tuple[Word, ...]:
        # A segment for each word is how this engine gives the times of words.
        segments = self._engine.transcribe(
            samples, language=code, token_timestamps=True, max_len=1, split_on_word=True
        )
        return tuple(
            Word(
                piece.start + one.t0 * _A_HUNDREDTH_MS,
                min(piece.end, piece.start + one.t1 * _A_HUNDREDTH_MS),
                f" {one.text}",
            )
            for one in segments
            if one.text
        )
