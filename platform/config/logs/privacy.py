"""Hide secrets in log lines, whoever writes them: keys in URLs, query strings, passwords."""

import re
from collections.abc import Iterable

from structlog.typing import EventDict

HIDDEN = "…"
# Anybody who reads one of these keys can take over the account, until the key is used.
_KEYS = re.compile(r"(/accounts/(?:password/reset/key|confirm-email|invitation)/)[^\s/?#\"'<>]+")
# Anybody who has such a token can play the video for hours, or upload one.
_TOKENS = re.compile(r"(/[mu]/)[^\s/?#\"'<>]+")
# The same for the tracks of a video, whose name stands before the token.
_TRACK_TOKENS = re.compile(
    r"(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.\w+\.[\w-]+(?=/)", re.ASCII
)
# Signatures of presigned URLs, cursors, and search words of users.
_QUERY = re.compile(r"(/[^\s?#\"'<>]*)\?[^\s\"'<>]+")
_USER_INFO = re.compile(r"(\w://)[^\s/@\"']*@")
_CREDENTIALS = re.compile(
    r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}|\bvl_[\w-]{20,}|\bvodloom\.ticket\.[\w.-]+|\bticket=[\w.-]+"
    r"|\bsessionid=[^\s;,\"']+|\bx-session-token\W+\w{16,}|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+"
)
_SHORTEST = 8


class _Known:
    """The pattern of the settings' secrets, which are hidden wherever they appear."""

    pattern: re.Pattern[str] | None = None


def hide_also(secrets: Iterable[str]) -> None:
    """Also hide these secrets, by their values. Those shorter than 8 characters are left out: they
    would match parts of ordinary words."""
    words = sorted({one for one in secrets if len(one) >= _SHORTEST}, key=len, reverse=True)
    _Known.pattern = re.compile("|".join(map(re.escape, words))) if words else None


def hide_secrets(_: object, __: str, event: EventDict) -> EventDict:
    """Hide secrets in an event; a structlog processor that runs once exceptions are text."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = hidden(value)
    return event


def hidden(text: str) -> str:
    """Return the text with its secrets hidden."""
    if _Known.pattern is not None:
        text = _Known.pattern.sub(HIDDEN, text)
    if "/" in text:
        text = _KEYS.sub(rf"\1{HIDDEN}", text)
        text = _TOKENS.sub(rf"\1{HIDDEN}", text)
        text = _TRACK_TOKENS.sub(rf"\1.{HIDDEN}", text)
        text = _QUERY.sub(rf"\1?{HIDDEN}", text)
        text = _USER_INFO.sub(rf"\1{HIDDEN}@", text)
    return _CREDENTIALS.sub(HIDDEN, text)
