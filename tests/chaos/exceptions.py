"""The other side of `tests.chaos.injection`: says when to raise, and reads what was raised."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.injection import CURSE, RATES


@dataclass
class Exceptions:
    """What the product's processes are told through a folder, and what they tell."""

    folder: Path
    rates: dict[str, float] = field(default_factory=dict)

    def set_rate(self, what: str, rate: float) -> None:
        """From now on this share of all `steps` or `duties` raise."""
        self.rates[what] = rate
        fresh = self.folder / "new"
        fresh.write_text(json.dumps(self.rates))
        fresh.replace(self.folder / RATES)

    def calm(self) -> None:
        """Nothing raises."""
        self.set_rate("steps", 0)
        self.set_rate("duties", 0)

    def raised(self) -> Counter[str]:
        """How often something was raised in a task, by name of the exception."""
        marks = self.folder.glob("*.*.*")
        return Counter(mark.read_text() for mark in marks)

    def cursed(self) -> set[str]:
        """The tasks that raise whenever they are tried."""
        return {mark.name.partition(".")[0] for mark in self.folder.glob(f"*.{CURSE}.*")}
