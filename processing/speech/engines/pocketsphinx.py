"""PocketSphinx: small and quick, for clear speech in English; its package brings the model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from processing.captions.document import Word
from processing.speech.pieces import Piece, pieces
from processing.speech.transcriber import AUTO, Heard, LanguageUnknown

_LANGUAGE = "en"
_FRAME_MS = 10
_LONGEST, _CUT_WITHIN = 20, 10
# `read(2)` is another way to say `read`.
_VARIANT = re.compile(r"\(\d+\)$")
# Noise is in brackets of any kind: <sil>, [NOISE], ++breath++.
_NOISE = re.compile(r"[<\[+]")


class PocketSphinx:
    """An engine whose model lies in its package, or in a folder with an acoustic model ``en-us``, a
    language model ``en-us.lm.bin`` and a dictionary ``cmudict-en-us.dict``."""

    name = "pocketsphinx"

    def __init__(self, model: Path | None, threads: int) -> None:
        engine = import_module("pocketsphinx")
        self.model = model.name if model else "en-us"
        self._decoder: Any = engine.Decoder(loglevel="FATAL", **_files(model))

    def transcribe(self, sound: Path, language: str) -> Iterator[Heard]:
        """Yield what is said, as ``Transcriber`` tells."""
        if language != AUTO and language.lower().partition("-")[0] != _LANGUAGE:
            raise LanguageUnknown
        for piece in pieces(sound, longest=_LONGEST, cut_within=_CUT_WITHIN):
            yield Heard(piece.end, _LANGUAGE, tuple(self._words(piece)))

    def _words(self, piece: Piece) -> Iterator[Word]:
        self._decoder.start_utt()
        self._decoder.process_raw(piece.samples, full_utt=True)
        self._decoder.end_utt()
        if self._decoder.hyp() is None:
            return
        for one in self._decoder.seg():
            if not _NOISE.match(one.word):
                start = piece.start + one.start_frame * _FRAME_MS
                end = piece.start + (one.end_frame + 1) * _FRAME_MS
                yield Word(start, end, " " + _VARIANT.sub("", one.word))


def _files(model: Path | None) -> dict[str, str]:
    if model is None:
        return {}
    names = {"hmm": "en-us", "lm": "en-us.lm.bin", "dict": "cmudict-en-us.dict"}
    return {option: str(model / name) for option, name in names.items()}
