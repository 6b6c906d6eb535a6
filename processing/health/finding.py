"""A finding of a diagnosis, and the kinds of faults it may report."""

from dataclasses import dataclass
from enum import StrEnum

WELL = "ok"


class Level(StrEnum):
    """How bad a finding is. A warning should be fixed, but everything works."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True)
class CheckResult:
    """The finding of a check: the part's name, whether it is ok, and otherwise what to do (`hint`).

    `lesser` makes it a warning if it is not ok. `code` is stable, for programs.
    """

    name: str
    ok: bool
    detail: str = ""
    hint: str = ""
    lesser: bool = False
    code: str = ""

    @property
    def level(self) -> Level:
        """The level of the finding."""
        if self.ok:
            return Level.OK
        return Level.WARNING if self.lesser else Level.FAULT

    def as_json(self) -> dict[str, str]:
        """Return the finding for programs. `hint` is empty when all is well."""
        return {
            "name": self.name,
            "code": WELL if self.ok else self.code,
            "level": self.level,
            "detail": self.detail,
            "hint": "" if self.ok else self.hint,
        }


@dataclass(frozen=True)
class Kind:
    """A kind of fault: a stable code, a sentence that says what is wrong, and one that says what to
    do. In both sentences, `{names}` in braces are replaced by what was found."""

    code: str
    says: str
    do: str
    lesser: bool = False

    def at(self, name: str, **found: object) -> CheckResult:
        """Return a finding of this kind in the part with this name."""
        says, do = self.says.format_map(found), self.do.format_map(found)
        return CheckResult(name, False, says, do, self.lesser, self.code)


def well(name: str, detail: str) -> CheckResult:
    """Return a finding that a part is as it should be."""
    return CheckResult(name, True, detail)
