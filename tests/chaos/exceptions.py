"""The counterpart of `tests.chaos.injection`: sets when to raise, and reads what was raised."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.injection import CURSE, RATES


@dataclass
class Exceptions:
    """The folder through which the product's processes get their rates and report exceptions."""

    folder: Path
    rates: dict[str, float] = field(default_factory=dict)

    def set_rate(self, what: str, rate: float) -> None:
        """Make this share of all `steps` or `duties` raise from now on."""
        self.rates[what] = rate
        fresh = self.folder / "new"
        fresh.write_text(json.dumps(self.rates))
        fresh.replace(self.folder / RATES)

    def calm(self) -> None:
        """Let nothing raise any more."""
        self.set_rate("steps", 0)
        self.set_rate("duties", 0)

    def raised(self) -> Counter[str]:
        """Return how often each exception was raised in tasks, by its name."""
        marks = self.folder.glob("*.*.*")
        return Counter(mark.read_text() for mark in marks)

    def cursed(self) -> set[str]:
        """Return the tasks that raise at every try."""
        return {mark.name.partition(".")[0] for mark in self.folder.glob(f"*.{CURSE}.*")}
