"""One line of a diagnosis."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is: a warning is worth doing something about, but everything works."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """What one check looked at, whether it is well, and otherwise what to do (`hint`).

    `lesser` makes of what is not well a warning.
    """

    name: str
    ok: bool
    detail: str = ""
    hint: str = ""
    lesser: bool = False

    @property
    def level(self) -> Level:
        """How bad it is."""
        if self.ok:
            return Level.OK
        return Level.WARNING if self.lesser else Level.FAULT

    def as_json(self) -> dict[str, str]:
        """For programs; `hint` is empty when all is well."""
        hint = "" if self.ok else self.hint
        return {"name": self.name, "level": self.level, "detail": self.detail, "hint": hint}
