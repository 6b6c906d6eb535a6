"""The refusal of what a plan does not allow, and how it is told. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from videos import measures


class Quota(StrEnum):
    """What a plan limits, by the names of its fields."""

    UPLOADS_AT_ONCE = "uploads_at_once"
    UPLOADS_A_DAY = "uploads_a_day"
    STORED_MINUTES = "stored_minutes"
    STORED_BYTES = "stored_bytes"
    LARGEST_FILE = "largest_file"
    LONGEST_VIDEO = "longest_video"
    PROFILES = "profiles"


UNITS = {
    Quota.UPLOADS_AT_ONCE: "uploads",
    Quota.UPLOADS_A_DAY: "uploads",
    Quota.STORED_MINUTES: "minutes",
    Quota.STORED_BYTES: "bytes",
    Quota.LARGEST_FILE: "bytes",
    Quota.LONGEST_VIDEO: "seconds",
    Quota.PROFILES: "profiles",
}
CODES = {quota: f"quota_{quota}" for quota in Quota}
"""The codes of videos that failed for a quota."""
_STORED = (Quota.STORED_MINUTES, Quota.STORED_BYTES)

_SENTENCES = {
    Quota.UPLOADS_AT_ONCE: "Your plan allows {limit} at once, and {used} not finished. Finish or "
    "cancel one, or wait for it, and try again.",
    Quota.UPLOADS_A_DAY: "Your plan allows {limit} a day, and you have begun {used} today. Try "
    "again after {resets_at}, or ask for a larger plan.",
    Quota.STORED_MINUTES: "Your plan stores {limit} of video (used: {used}, with the trash), and "
    "this one lasts {asked}. Delete videos for good and try again, or ask for a larger plan.",
    Quota.STORED_BYTES: "Your plan stores {limit} (used: {used}, with the trash and with what "
    "is arriving), and this file needs {asked}. Delete files for good and try again, or ask for a "
    "larger plan.",
    Quota.LARGEST_FILE: "Your plan allows files of {limit} at most, and this one has {asked}. "
    "Export it in a smaller size, or ask for a larger plan.",
    Quota.LONGEST_VIDEO: "Your plan allows videos of {limit} at most, and this one lasts {asked}. "
    "Cut it into shorter parts, or ask for a larger plan.",
    Quota.PROFILES: "Your plan does not have the profile {asked}. Choose {limit} or the default, "
    "or ask for a larger plan.",
}


@dataclass(eq=False)
class QuotaExceeded(Exception):
    """Raised when a plan does not allow what is asked for.

    ``limit``, ``used`` and ``asked`` are in ``unit``; ``used`` is None for limits of a single file,
    and ``asked`` where it is not known how much more is needed. Of profiles, ``limit`` are the
    names that may be chosen, and ``asked`` is another. ``resets_at`` is when a day's quota begins
    anew.
    """

    quota: Quota
    limit: Any
    used: Any = None
    asked: Any = None
    resets_at: datetime | None = None

    @property
    def unit(self) -> str:
        """What the numbers count."""
        return UNITS[self.quota]

    @property
    def code(self) -> str:
        """The code of a video that fails for it."""
        return CODES[self.quota]

    @property
    def message(self) -> str:
        """What is exceeded, by how much, and what to do."""
        resets_at = self.resets_at
        return _SENTENCES[self.quota].format(
            limit=amount(self.quota, self.limit),
            used=_begun(self.quota, self.used),
            asked="more" if self.asked is None else amount(self.quota, self.asked),
            resets_at=f"{resets_at:%H:%M} UTC on {resets_at:%d %B}" if resets_at else "",
        )

    def members(self) -> dict[str, Any]:
        """Return what a problem tells besides its code and its sentence."""
        is_named = self.quota == Quota.PROFILES
        return {
            "quota": str(self.quota),
            "limit": None if is_named else self.limit,
            "used": self.used,
            "asked": None if is_named else self.asked,
            "unit": self.unit,
            "resets_at": self.resets_at.isoformat() if self.resets_at else None,
            "profiles": self.limit if is_named else [],
        }

    def __str__(self) -> str:
        return self.message


def _begun(quota: Quota, count: Any) -> str:
    if quota == Quota.UPLOADS_AT_ONCE:
        return f"{count} {'is' if count == 1 else 'are'}"
    return amount(quota, count or 0) if quota in _STORED else str(count)


def amount(quota: Quota, value: Any) -> str:
    """Return an amount of what a quota counts in words, such as "3 uploads" or "1.2 GB"."""
    unit = UNITS[quota]
    if unit == "bytes":
        return measures.size(value)
    if unit == "seconds":
        return measures.lasting(value)
    if unit == "profiles":
        return value if isinstance(value, str) else ", ".join(value)
    one = unit.removesuffix("s")
    return f"{value:,.6g} {one if value == 1 else unit}"
