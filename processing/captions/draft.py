"""A document while it is read: its cues so far, what is wrong with lines, and what was changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from processing.captions import limits, markup
from processing.captions.characters import clean
from processing.captions.document import Cue, Document, Notice
from processing.captions.errors import CaptionsUnreadable, LineError, line_error


@dataclass
class Draft:
    """What the reader of a format fills in.

    Times are milliseconds; ``line`` is where a cue or a fault stands, from 1.
    """

    cues: list[Cue] = field(default_factory=list)
    regions: list[str] = field(default_factory=list)
    errors: list[LineError] = field(default_factory=list)
    _notices: dict[str, dict[str, object]] = field(default_factory=dict)

    def add(
        self,
        line: int,
        start: int | None,
        end: int | None,
        text: str,
        *,
        settings: str = "",
        identifier: str = "",
    ) -> None:
        """Take a cue: its text is sanitized, its settings are taken as they are. Raises
        ``CaptionsUnreadable`` at one cue too many."""
        if start is None or end is None or start < 0:
            return self.wrong(line, "captions_time_invalid")
        if code := _fault(start, end, text):
            return self.wrong(line, code)
        if start == end:
            return self.notice("captions_instants_dropped", line)
        made = markup.sanitize(text, start=start, end=end)
        for code in sorted(made.changes):
            self.notice(code, line)
        if not markup.plain(made.text).strip():
            return self.notice("captions_empty_cues_dropped", line)
        return self._take(
            line, Cue(start, end, made.text, settings, self._identifier(identifier, line))
        )

    def _take(self, line: int, cue: Cue) -> None:
        if len(cue.text) > limits.MOST_CHARACTERS:
            return self.wrong(line, "captions_cue_too_long")
        if len(self.cues) >= limits.MOST_CUES:
            raise CaptionsUnreadable("captions_too_many", [line_error(line, "captions_too_many")])
        self.cues.append(cue)
        return None

    def wrong(self, line: int, code: str) -> None:
        """Note that a line cannot be read, so that the file is refused in the end. Raises
        ``CaptionsUnreadable`` when there are so many that no more are told."""
        self.errors.append(line_error(line, code))
        if len(self.errors) >= limits.MOST_ERRORS:
            raise CaptionsUnreadable("captions_malformed", self.errors)

    def notice(self, code: str, line: int) -> None:
        """Count a change; the first line stays."""
        known = self._notices.setdefault(code, {"count": 0, "line": line})
        known["count"] = int(str(known["count"])) + 1

    def tell_of_late_start(self) -> None:
        """Give the notice that fits a clock which does not begin with the video."""
        if self.cues and (hours := min(cue.start for cue in self.cues) // 3_600_000):
            self.tell("captions_start_late", hours=hours)

    def tell(self, code: str, **details: object) -> None:
        """Give a notice with details of its own."""
        self._notices[code] = details

    def finish(self) -> Document:
        """Return the document. Raises ``CaptionsUnreadable`` if a line was wrong or no cue is
        there."""
        if self.errors:
            raise CaptionsUnreadable("captions_malformed", self.errors)
        if not self.cues:
            raise CaptionsUnreadable("captions_empty")
        cues = sorted(self.cues, key=lambda cue: (cue.start, cue.end))
        notices = tuple(Notice(code, details) for code, details in self._notices.items())
        return Document(tuple(cues), "\n\n".join(self.regions), notices)

    def _identifier(self, text: str, line: int) -> str:
        kept, _ = clean(text)
        kept = " ".join(kept.replace("-->", "").split())[: limits.LONGEST_NAME].strip()
        if kept != " ".join(text.split()):
            self.notice("captions_identifiers_shortened", line)
        return kept


def _fault(start: int, end: int, text: str) -> str:
    """Return the code of what is wrong with a cue, or nothing."""
    if end < start:
        return "captions_time_reversed"
    return "captions_cue_too_long" if len(text) > limits.MOST_CHARACTERS else ""
