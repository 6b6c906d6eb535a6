"""Say in words what became of videos. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from videos.models import Notification

Kind = Notification.Kind

ORDER = (Kind.FAILED, Kind.REJECTED, Kind.APPROVED, Kind.READY)
"""The kinds as they are told, what needs somebody first."""

LONGEST_TITLE = 80
_UNTITLED = "Untitled video"
# Control characters, line ends, what cannot be seen, and what turns the direction of a text.
_ODD = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]+"
)
_RIGHT_TO_LEFT = ("R", "AL", "AN")
_FIRST_STRONG, _END = "\u2068", "\u2069"  # as <bdi> does in HTML

_ONE: Mapping[str, str] = {
    Kind.READY: "Your video is ready",
    Kind.FAILED: "Your video could not be processed",
    Kind.APPROVED: "Your video was approved",
    Kind.REJECTED: "Your video was not approved",
}
_ABOUT: Mapping[str, str] = {
    Kind.READY: "is ready",
    Kind.FAILED: "could not be processed",
    Kind.APPROVED: "was approved",
    Kind.REJECTED: "was not approved",
}
_SEVERAL: Mapping[str, str] = {**_ABOUT, Kind.READY: "are ready"} | {
    Kind.APPROVED: "were approved",
    Kind.REJECTED: "were not approved",
}
_SHORT: Mapping[str, str] = {
    Kind.READY: "The video is ready.",
    Kind.FAILED: "The video could not be processed.",
    Kind.APPROVED: "A moderator approved the video.",
    Kind.REJECTED: "A moderator did not approve the video.",
}
STATES: Mapping[str, str] = {
    Kind.READY: "Ready",
    Kind.FAILED: "Failed",
    Kind.APPROVED: "Approved",
    Kind.REJECTED: "Not approved",
}
"""The kinds as headings and states."""

MAILS: Mapping[str, str] = {
    Kind.READY: "A video is ready",
    Kind.FAILED: "A video could not be processed",
    Kind.APPROVED: "A moderator approved a video",
    Kind.REJECTED: "A moderator did not approve a video",
}
"""The kinds as choices."""


@dataclass(frozen=True)
class Told:
    """What is told of one video: its title as it may stand in a line, a sentence about what
    happened, and what to do about it."""

    kind: str
    title: str
    said: str
    advice: str = ""


def told(one: Notification, advice: Callable[[str], str]) -> Told:
    """Return what is told of a notification; ``advice`` knows what to do about an error."""
    return Told(
        one.kind,
        title(one.title),
        said(one.kind, one.message, waits=one.waits),
        advice(one.code) if one.kind == Kind.FAILED else "",
    )


def title(text: str) -> str:
    """Return a title as one line of bounded length, in which nothing is hidden, and which cannot
    turn the words around it."""
    plain = " ".join(_ODD.sub(" ", text).split()) or _UNTITLED
    if len(plain) > LONGEST_TITLE:
        plain = plain[: LONGEST_TITLE - 1].rstrip() + "…"
    return plain


def isolated(line: str) -> str:
    """Return a line that may stand in a text of the other direction."""
    if any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in line):
        return f"{_FIRST_STRONG}{line}{_END}"
    return line


def subject(told: Sequence[Told]) -> str:
    """Return the subject of a mail about one or several videos."""
    if len(told) == 1:
        return f"“{isolated(told[0].title)}” {_ABOUT[told[0].kind]}"
    return heading(told)


def heading(told: Sequence[Told]) -> str:
    """Return what happened to one or several videos, without titles."""
    if len(told) == 1:
        return _ONE[told[0].kind]
    counts = [(kind, sum(one.kind == kind for one in told)) for kind in ORDER]
    parts = [_counted(kind, count) for kind, count in counts if count]
    first = parts[0].replace(" ", f" video{'s' if _first(counts) > 1 else ''} ", 1)
    return ", ".join([first, *parts[1:]])


def in_short(told: Told) -> str:
    """Return what happened to a video in the words of a message beside its title."""
    return _SHORT[told.kind]


def said(kind: str, message: str, *, waits: bool) -> str:
    """Return a sentence about what happened to a video."""
    if kind == Kind.FAILED:
        return message
    if kind == Kind.REJECTED:
        return f"Nobody but you and moderators can see it. The reason: {message}"
    if kind == Kind.APPROVED:
        return "Everybody whom you allow can watch it now."
    if waits:
        return "You can watch it. Others see it when a moderator has approved it."
    return "It can be watched now."


def _counted(kind: str, count: int) -> str:
    return f"{count} {(_SEVERAL if count > 1 else _ABOUT)[kind]}"


def _first(counts: Sequence[tuple[str, int]]) -> int:
    return next(count for _, count in counts if count)
