"""One line of a diagnosis, and the kinds of fault it may tell of."""

from dataclasses import dataclass
from enum import StrEnum

WELL = "ok"


class Level(StrEnum):
    """How bad it is: a warning is worth doing something about, but everything works."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True)
class CheckResult:
    """What one check looked at, whether it is well, and otherwise what to do (`hint`).

    `lesser` makes of what is not well a warning; `code` is stable, for programs.
    """

    name: str
    ok: bool
    detail: str = ""
    hint: str = ""
    lesser: bool = False
    code: str = ""

    @property
    def level(self) -> Level:
        """How bad it is."""
        if self.ok:
            return Level.OK
        return Level.WARNING if self.lesser else Level.FAULT

    def as_json(self) -> dict[str, str]:
        """For programs; `hint` is empty when all is well."""
        return {
            "name": self.name,
            "code": WELL if self.ok else self.code,
            "level": self.level,
            "detail": self.detail,
            "hint": "" if self.ok else self.hint,
        }


@dataclass(frozen=True)
class Kind:
    """Something that can be wrong: a stable code, a sentence that says what, and one that says what
    to do. In both, `{names}` in braces stand for what was found."""

    code: str
    says: str
    do: str
    lesser: bool = False

    def at(self, name: str, **found: object) -> CheckResult:
        """It was found in the part of that name."""
        says, do = self.says.format_map(found), self.do.format_map(found)
        return CheckResult(name, False, says, do, self.lesser, self.code)


def well(name: str, detail: str) -> CheckResult:
    """A part that is as it should be."""
    return CheckResult(name, True, detail)
