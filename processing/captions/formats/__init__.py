"""The formats of captions, a module each, in the order in which a file is held against them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

from processing.captions.draft import Draft


@dataclass(frozen=True)
class Format:
    """A format: its name, its media types and the endings of its files. ``module`` has `is_it` and
    `read`; it is imported when it is needed. A ``binary`` one is read from bytes, others from
    text; ``quick`` ones are read in time linear in their length, without a foreign parser."""

    name: str
    endings: tuple[str, ...]
    module: str
    binary: bool = False
    quick: bool = True

    def is_it(self, content: str | bytes) -> bool:
        """Whether the beginning of a file looks like this format."""
        return bool(self._function("is_it")(content))

    def read(self, content: str | bytes, draft: Draft) -> None:
        """Read a file into the draft. Raises ``CaptionsUnreadable``."""
        self._function("read")(content, draft)

    def _function(self, name: str) -> Callable[..., object]:
        made: Callable[..., object] = getattr(import_module(f"{__name__}.{self.module}"), name)
        return made


FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        Format("ebu-stl", (".stl",), "ebu_stl", binary=True, quick=False),
        Format("scc", (".scc",), "scc", quick=False),
        Format("ttml", (".ttml", ".dfxp", ".itt", ".xml"), "ttml", quick=False),
        Format("webvtt", (".vtt", ".webvtt"), "webvtt"),
        Format("ass", (".ass", ".ssa"), "substation"),
        Format("sbv", (".sbv",), "sbv"),
        Format("srt", (".srt",), "subrip"),
    )
}
"""All formats by their names."""
