"""Write captions: as WebVTT, whole or in segments, as SRT and as text."""

from __future__ import annotations

from collections.abc import Iterable

from processing.captions import markup, settings, timing
from processing.captions.document import Cue, Document

# Cues that follow each other sooner than that belong to one paragraph of a transcript.
_PAUSE_MS = 2_000
_LONGEST_PARAGRAPH = 600
_SRT_TAGS = frozenset(("b", "i", "u", "/b", "/i", "/u"))


def webvtt(document: Document) -> str:
    """Return the whole document as WebVTT."""
    return _file("WEBVTT", document.regions, document.cues)


def segment(document: Document, start: int, end: int, *, mpegts: int = 0) -> str:
    """Return the cues that are shown within [``start``, ``end``) as a segment of HLS. ``mpegts`` is
    the time of the video's zero on the 90 kHz clock of its other segments.

    A cue that spans several segments stands in each, at the same times: players take equal cues for
    one.
    """
    header = f"WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:{mpegts},LOCAL:00:00:00.000"
    within = [cue for cue in document.cues if cue.start < end and cue.end > start]
    return _file(header, document.regions, within)


def srt(document: Document) -> str:
    """Return the document as SRT: bold, italic and underlined, and places at the top or in the
    middle, as players read them. Who speaks stands before the text."""
    return "\n".join(
        f"{number}\n{timing.srt(cue.start)} --> {timing.srt(cue.end)}\n{_srt_text(cue)}\n"
        for number, cue in enumerate(document.cues, start=1)
    )


def text(document: Document) -> str:
    """Return the words alone, in paragraphs: a new one begins after a pause, with another voice, or
    after a sentence where it gets long."""
    return "\n\n".join(_paragraphs(document.cues)) + "\n"


def _file(header: str, regions: str, cues: Iterable[Cue]) -> str:
    blocks = [header, *([regions] if regions else []), *(_block(cue) for cue in cues)]
    return "\n\n".join(blocks) + "\n"


def _block(cue: Cue) -> str:
    times = f"{timing.webvtt(cue.start)} --> {timing.webvtt(cue.end)}"
    told = f"{times} {cue.settings}" if cue.settings else times
    named = f"{cue.identifier}\n" if cue.identifier else ""
    return f"{named}{told}\n{cue.text}"


def _srt_text(cue: Cue) -> str:
    parts = []
    for tag, words in markup.pieces(cue.text):
        if tag in _SRT_TAGS or tag.startswith(("b.", "i.", "u.")):
            parts.append(f"<{tag.partition('.')[0]}>")
        elif speaker := markup.voice(f"<{tag}>"):
            parts.append(f"{speaker}: ")
        elif tag.partition(".")[0] in ("rt", "/rt"):
            parts.append(")" if tag == "/rt" else "(")
        parts.append(markup.unescaped(words).replace("-->", "→"))
    place = settings.place(cue.settings)
    return ("" if place == 2 else f"{{\\an{place}}}") + "".join(parts)


def _paragraphs(cues: Iterable[Cue]) -> list[str]:
    found: list[str] = []
    ended, before = -_PAUSE_MS, ""
    for cue in cues:
        words = " ".join(markup.plain(cue.text).split())
        speaker = markup.voice(cue.text)
        if _begins_anew(found, cue.start - ended, speaker != before):
            found.append(f"{speaker}: {words}" if speaker else words)
        else:
            found[-1] = f"{found[-1]} {words}"
        ended, before = max(ended, cue.end), speaker
    return found


def _begins_anew(found: list[str], pause: int, another: bool) -> bool:
    if not found or another or pause >= _PAUSE_MS:
        return True
    return len(found[-1]) > _LONGEST_PARAGRAPH and found[-1].endswith((".", "!", "?", "…", "。"))
