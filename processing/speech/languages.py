"""The codes that Whisper has for languages, and their BCP 47 tags."""

from __future__ import annotations

from collections.abc import Collection

from processing.speech.transcriber import AUTO, LanguageUnknown

# Codes of Whisper's that are no tags, and tags for what Whisper calls otherwise.
_TAGS = {"jw": "jv"}
_CODES = {"jv": "jw", "nb": "no", "fil": "tl", "iw": "he", "in": "id", "ji": "yi", "cmn": "zh"}


def code_of(tag: str, known: Collection[str]) -> str | None:
    """Return Whisper's code for a language; None for ``AUTO``. Raises ``LanguageUnknown`` if it is
    not among those a model knows."""
    if tag == AUTO:
        return None
    primary = tag.lower().partition("-")[0]
    code = _CODES.get(primary, primary)
    if code not in known:
        raise LanguageUnknown
    return code


def tag_of(code: str) -> str:
    """Return the BCP 47 tag of one of Whisper's codes."""
    return _TAGS.get(code, code)
