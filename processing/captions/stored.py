"""Documents as JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from processing.captions.document import Cue, Document, Notice, Word


def to_json(document: Document) -> dict[str, Any]:
    """Return a dictionary that `json` can write."""
    return {
        "cues": [
            [
                *[cue.start, cue.end, cue.text, cue.settings, cue.identifier],
                [[word.start, word.end, word.text] for word in cue.words],
            ]
            for cue in document.cues
        ],
        "regions": document.regions,
        "notices": [[notice.code, dict(notice.details)] for notice in document.notices],
    }


def from_json(data: Mapping[str, Any]) -> Document:
    """Return the document that `to_json` wrote."""
    return Document(
        tuple(
            Cue(start, end, text, settings, name, tuple(Word(*word) for word in words))
            for start, end, text, settings, name, words in data["cues"]
        ),
        data["regions"],
        tuple(Notice(code, details) for code, details in data["notices"]),
    )
