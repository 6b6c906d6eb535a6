"""Find the files among a generator's outputs, whatever shape they come in. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from videos.ingest.hooks.generator import Output

MOST = 100
"""The most outputs of one job that are looked at."""
_LEVELS = 5
_IMAGES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".avif", ".bmp", ".tif", ".tiff", ".heic"})
_OTHERS = frozenset(
    {
        *(".json", ".jsonl", ".txt", ".csv", ".md", ".html", ".pdf", ".svg", ".xml", ".yaml"),
        *(".zip", ".tar", ".gz", ".safetensors", ".pt", ".bin", ".glb", ".gltf", ".obj", ".ply"),
        *(".srt", ".vtt", ".npy", ".npz"),
    }
)


def found_in(value: Any) -> tuple[Output, ...]:
    """Return the files in a string, a list or an object, each URL once, at most ``MOST`` and one
    more, which tells that there are too many."""
    found: dict[str, Output] = {}
    for text in _strings(value, _LEVELS):
        output = _output(text)
        if output is not None:
            found.setdefault(text, output)
        if len(found) > MOST:
            break
    return tuple(found.values())


def of_kind(url: str, kind: str) -> Output:
    """Return an output whose kind is known; if that is empty, by the URL."""
    return Output(kind or _kind(url), url)


def _strings(value: Any, levels: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list) and levels:
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner, levels - 1)


def _output(text: str) -> Output | None:
    start = text[:8].lower()
    if start.startswith("data:"):
        return Output("inline")
    if not start.startswith(("http://", "https://")) or any(map(_is_in_no_url, text)):
        return None
    return Output(_kind(text), text)


def _is_in_no_url(character: str) -> bool:
    """Return whether a character is a space, a control character or half of a surrogate pair. No
    database holds NUL and the latter."""
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cs")


def _kind(url: str) -> str:
    """Return the kind of a file by the end of its name. A file without a known end is taken for a
    video, since reading it will tell."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return "video"
    ending = PurePosixPath(path).suffix.lower()
    if ending in _IMAGES:
        return "image"
    return "other" if ending in _OTHERS else "video"
