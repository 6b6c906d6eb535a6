"""What the program says, as it comes. It has read what a stranger made, so nothing is relied on."""

from __future__ import annotations

import json
import re
from typing import Any

from processing.captions import characters
from processing.captions.document import Word
from processing.speech.transcriber import SpeechError

_TAG = re.compile(r"[a-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")
_LONGEST_LINE = 1024**2
_LONGEST_WORD = 200
_LONGEST_NAME = 100


class ToldNonsense(SpeechError):
    """Raised when a line is not what the program says."""


class Told:
    """A file for the program's output, which notes what each line says.

    ``until`` is how many milliseconds of ``length`` are done, ``language`` the tag of the language
    that is heard, or empty, and ``error`` the code of what kept the engine from working, or empty.
    Words lie within the sound, and begin in order.
    """

    def __init__(self, length: int) -> None:
        self._length, self._rest = length, b""
        self.engine = self.model = self.language = self.error = ""
        self.until = 0
        self.words: list[Word] = []

    def write(self, data: bytes, /) -> None:
        """Take in a part of the output. Raises ``ToldNonsense``."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            raise ToldNonsense
        for line in lines:
            try:
                self._read(json.loads(line))
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
                raise ToldNonsense from error

    def _read(self, told: dict[str, Any]) -> None:
        if "error" in told:
            self.error = str(told["error"])[:_LONGEST_NAME]
        elif "engine" in told:
            self.engine = str(told["engine"])[:_LONGEST_NAME]
            self.model = str(told["model"])[:_LONGEST_NAME]
        else:
            self.until = max(self.until, min(int(told["until"]), self._length))
            language = str(told["language"])
            self.language = language if _TAG.fullmatch(language) else self.language
            for start, end, text in told["words"]:
                self._hear(int(start), int(end), str(text)[:_LONGEST_WORD])

    def _hear(self, start: int, end: int, text: str) -> None:
        text, _ = characters.clean(text)
        if not text.strip():
            return
        before = self.words[-1].start if self.words else 0
        start = max(before, min(start, self._length))
        self.words.append(Word(start, max(start, min(end, self._length)), text))
