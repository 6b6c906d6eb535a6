"""Read settings by name and type; a wrong value becomes a sentence, and reading goes on."""

from __future__ import annotations

import difflib
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

from config.env.certificates import why_not
from config.env.shown import HIDDEN, quoted, without_passwords

Choice = TypeVar("Choice", bound=str)

FILE = "vodloom.env"
_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
_PREFIX = "VODLOOM_"
# The similarity from which a name counts as a misspelling, such as ALLOWED_HOST.
_ALIKE = 0.9
_QUOTES = ("'", '"')


class SettingsWrong(ImproperlyConfigured):
    """Raised when values cannot work; ``faults`` has a sentence for each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Setting:
    """A setting that was read: its name, the value in force, and where that comes from."""

    name: str
    value: str
    origin: str
    changed: bool
    """Whether the value differs from the default."""


class Reader:
    """Reads from the process's environment, then from the data folder's file, then the default.

    An empty or blank value counts as not set, whatever the name.
    """

    def __init__(self, environment: Mapping[str, str], file: Mapping[str, str]) -> None:
        self.faults: list[str] = []
        self.settings: dict[str, Setting] = {}
        self._unreadable: set[str] = set()
        self._sources = (("environment", environment), (FILE, file))

    def text(self, name: str, default: str = "", *, secret: bool = False) -> str:
        """Return the value as it was written, without surrounding blanks."""
        for origin, values in self._sources:
            if value := values.get(name, "").strip():
                if wrong := _never_meant(value, secret=secret):
                    self.fault(name, wrong)
                    self._unreadable.add(name)
                    break
                self._note(name, value, origin, secret=secret, changed=value != default)
                return value
        self._note(name, default, "default", secret=secret, changed=False)
        return default

    def fault(self, name: str, must: str) -> None:
        """Record that a value cannot work; ``must`` completes the sentence after the name."""
        sentence = without_passwords(f"{name} {must}")
        if name not in self._unreadable and sentence not in self.faults:
            self.faults.append(sentence)

    def boolean(self, name: str, *, default: bool) -> bool:
        """Return a yes or no, written in one of the usual words."""
        value = self.text(name, str(default).lower())
        if value.lower() in _YES:
            return True
        if value.lower() not in _NO:
            self.fault(name, f"is {quoted(value)}; it must be true or false.")
        return False

    def number(self, name: str, *, default: int, unit: str, least: int = 1, most: int) -> int:
        """Return a whole number of units, within bounds."""
        value = self.text(name, str(default))
        if value.isascii() and value.isdecimal() and least <= int(value[:20]) <= most:
            return int(value)
        self.fault(
            name,
            f"is {quoted(value)}; it must be a whole number of {unit}, from {least} to {most}.",
        )
        return default

    def choice(self, name: str, allowed: tuple[Choice, ...]) -> Choice:
        """Return one of the allowed words, the first by default."""
        value = self.text(name, allowed[0])
        for choice in allowed:
            if value.lower() == choice:
                return choice
        self.fault(name, f"is {quoted(value)}; it must be one of {', '.join(allowed)}.")
        return allowed[0]

    def words(self, name: str, default: Sequence[str] = (), *, secret: bool = False) -> list[str]:
        """Return the words of a comma-separated list."""
        value = self.text(name, ",".join(default), secret=secret)
        words = [word for part in value.split(",") if (word := part.strip())]
        if value and not words:
            self.fault(name, "has nothing between its commas; leave it empty for the default.")
            return list(default)
        return words

    def choices(self, name: str, allowed: Sequence[str]) -> list[str]:
        """Return some of the allowed words, all by default."""
        values = self.words(name, allowed)
        if unknown := [value for value in values if value not in allowed]:
            named = ", ".join(quoted(one)[1:-1] for one in unknown)
            self.fault(name, f"names {named}; it must be a comma list of {', '.join(allowed)}.")
            return list(allowed)
        return values

    def folder(self, name: str, default: Path) -> Path:
        """Return a folder as an absolute path; a relative one starts at the current directory."""
        value = self.text(name, str(default))
        if value.startswith("~"):
            self.fault(name, f"is {quoted(value)}; ~ is not expanded here: write the whole path.")
        return Path(value).absolute()

    def certificates(self, name: str) -> str:
        """Return the path of a file with certificates; empty if none is set."""
        value = self.text(name)
        if value and (reason := why_not(value)):
            self.fault(name, f"names {quoted(value)}, and {reason}.")
        return value

    def program(self, name: str, default: str) -> str:
        """Return a program, given by its path or found on the PATH. If it is set, it must exist."""
        value = self.text(name, default)
        if self.settings[name].origin != "default" and shutil.which(value) is None:
            self.fault(name, f"is {quoted(value)}; no such program is found here.")
        return value

    def name_unknown(self, others: Collection[str]) -> None:
        """Record a fault for each unknown name that looks like a setting of Vodloom: every one in
        the data folder's file, and in the environment those with the prefix ``VODLOOM_`` and those
        that nearly match a setting that is not set. ``others`` belong to other programs."""
        known = {*self.settings, *others}
        for origin, values in self._sources:
            for name in sorted(set(values) - known):
                alike = difflib.get_close_matches(name, known, n=1, cutoff=_ALIKE)
                missed = bool(alike) and self._is_default(alike[0])
                if origin == FILE or name.startswith(_PREFIX) or missed:
                    hint = f"; did you mean {alike[0]}?" if alike else "."
                    where = origin if origin == FILE else f"the {origin}"
                    self.fault(name, f"in {where} is the name of no setting{hint}")

    def _is_default(self, name: str) -> bool:
        return name in self.settings and self.settings[name].origin == "default"

    def _note(self, name: str, value: str, origin: str, *, secret: bool, changed: bool) -> None:
        shown = HIDDEN if secret and value else without_passwords(value)
        self.settings[name] = Setting(name, shown, origin, changed)


def _never_meant(value: str, *, secret: bool) -> str | None:
    """Return what is wrong with a value that cannot be meant, whatever its name; else None."""
    if not value.isprintable():
        odd = next(character for character in value if not character.isprintable())
        return (
            f"has a character that is invisible or ends a line (U+{ord(odd):04X}): type it again."
        )
    if not secret and len(value) > 1 and value[0] in _QUOTES and value[-1] == value[0]:
        return f"is in quotes ({value[0]}), which count as part of it here: write it without them."
    return None
