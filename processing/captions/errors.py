"""Why captions cannot be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SENTENCES: Mapping[str, str] = {
    "captions_too_large": "The file is larger than 10 MiB. Captions are text: send the captions "
    "alone, without a video or fonts.",
    "captions_empty": "The file has no captions. Check that it was exported with its text.",
    "captions_format_unknown": "The file is in no format of captions that can be read. Send "
    "WebVTT, SRT, SBV, ASS, SSA, TTML, SCC or EBU STL.",
    "captions_encoding_unknown": "The characters of the file cannot be read. Save it as UTF-8.",
    "captions_malformed": "Some lines of the file cannot be read. Mend the lines named here, and "
    "send it again.",
    "captions_too_many": "The file has more than 50,000 cues. Split it by language or by part.",
    "captions_cue_too_long": "A cue may have 5,000 characters. Split the text into several cues.",
    "captions_time_invalid": "The times of the cue cannot be read. Write both like 00:01:02.500.",
    "captions_time_reversed": "The cue ends before it starts. Correct one of the times.",
    "captions_text_without_times": "There is text that belongs to no cue. Give it times, or "
    "remove the empty line above it.",
    "captions_line_unknown": "The line cannot be read. Remove it, or export the file again.",
    "captions_document_type": "The file has a DOCTYPE or entities, which are not read. Remove "
    "them.",
    "captions_frame_rate_unknown": "The file counts in frames and does not say how many a second "
    "there are. Export it again with a known frame rate.",
    "captions_too_costly": "Reading the file takes too much time or memory. Export it again, "
    "without fonts and effects.",
    "captions_unreadable": "The file is damaged. Export it again, as WebVTT or SRT.",
    "captions_pictures": "The captions are pictures, not text. Convert them to text first.",
}
"""What to do, by the code of a file or of a line."""


@dataclass(frozen=True)
class LineError:
    """What is wrong with one line; ``line`` counts from 1, and is 0 where a format has no lines.
    In EBU STL it is the number of the block."""

    line: int
    code: str
    message: str


class CaptionsUnreadable(Exception):
    """Raised when a file cannot be read as captions without losing any.

    ``code`` is stable, ``message`` says what to do, ``errors`` are the first wrong lines.
    """

    def __init__(
        self, code: str, errors: Sequence[LineError] = (), *, message: str | None = None
    ) -> None:
        self.code = code
        self.message = SENTENCES[code] if message is None else message
        self.errors = tuple(errors)
        super().__init__(f"{code}: {self.message}")


def line_error(line: int, code: str) -> LineError:
    """Return the error of a line with the sentence of its code."""
    return LineError(line, code, SENTENCES[code])
