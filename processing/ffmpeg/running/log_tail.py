"""The standard error of a program, kept short and free of our paths."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Sequence
from pathlib import Path

from processing.ffmpeg.running.complaints import Complaints

MAX_LINES = 40
MAX_LINE_BYTES = 500
_FIRST_BYTES = 32


class LogTail:
    """The last 40 lines of a stream of bytes, each cut to 500 bytes. It also keeps the stream's
    first words, and counts the complaints of decoders in all of it."""

    def __init__(self) -> None:
        self._first = b""
        self._lines: collections.deque[bytes] = collections.deque(maxlen=MAX_LINES)
        self._open = b""
        self.complaints = Complaints()

    def feed(self, data: bytes) -> None:
        """Take the next bytes, cut anywhere; a carriage return also ends a line."""
        if len(self._first) < _FIRST_BYTES:
            self._first = (self._first + data)[:_FIRST_BYTES]
        *whole, rest = data.replace(b"\r", b"\n").split(b"\n")
        for line in whole:
            self._add(self._open + line[:MAX_LINE_BYTES])
            self._open = b""
        self._open = (self._open + rest[:MAX_LINE_BYTES])[:MAX_LINE_BYTES]

    def _add(self, line: bytes) -> None:
        self.complaints.hear(line)
        if line.strip():
            self._lines.append(line[:MAX_LINE_BYTES])

    def begins_with(self, words: str) -> bool:
        """Whether the whole stream began with `words`, however much came after. A program's own
        words come first, before any output that a file causes."""
        return self._first.startswith(words.encode())

    def text(self) -> str:
        """Return the lines as text, without control characters."""
        lines = [*self._lines, self._open] if self._open.strip() else list(self._lines)
        decoded = (line.decode("utf-8", "replace") for line in lines[-MAX_LINES:])
        return "\n".join("".join(c for c in line if c.isprintable()) for line in decoded)


class Scrubber:
    """Replaces absolute paths by bare names, for texts that others may read."""

    def __init__(self, paths: Iterable[Path]) -> None:
        pairs: dict[str, str] = {}
        for path in paths:
            for form in {path, path.resolve()}:
                pairs[str(form)] = form.name
                pairs[f"{form}/"] = ""
                pairs.setdefault(f"{form.parent}/", "")
        pairs.pop("/", None)
        pairs.pop("//", None)
        self._pairs = sorted(pairs.items(), key=lambda pair: -len(pair[0]))

    def text(self, text: str) -> str:
        """Return `text` with each known path, longest first, replaced by its bare name."""
        for path, name in self._pairs:
            text = text.replace(path, name)
        return text

    def argv(self, argv: Sequence[str]) -> tuple[str, ...]:
        """Return a command as people may see it: the program also by its bare name."""
        head, *rest = argv
        return (Path(head).name, *map(self.text, rest))
