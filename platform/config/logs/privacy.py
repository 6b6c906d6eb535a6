"""What must not stand in a log, whoever writes it: keys in addresses, query strings, passwords."""

import re
from collections.abc import Iterable

from structlog.typing import EventDict

HIDDEN = "…"
# Whoever reads one of these can take over the account, until it was used.
_KEYS = re.compile(r"(/accounts/(?:password/reset/key|confirm-email)/)[^\s/?#\"'<>]+")
# Whoever has one may play the video, for hours.
_TOKENS = re.compile(r"(/m/)[^\s/?#\"'<>]+")
# Signatures of presigned addresses, cursors, whatever somebody typed into a search.
_QUERY = re.compile(r"(/[^\s?#\"'<>]*)\?[^\s\"'<>]+")
_USER_INFO = re.compile(r"(\w://)[^\s/@\"']*@")
_CREDENTIALS = re.compile(
    r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}|\bvl_[\w-]{20,}|\bvodloom\.ticket\.[\w.-]+"
    r"|\bsessionid=[^\s;,\"']+"
)
_SHORTEST = 8


class _Known:
    """The secrets of the settings, wherever they turn up."""

    pattern: re.Pattern[str] | None = None


def hide_also(secrets: Iterable[str]) -> None:
    """Secrets that are known by their own. Short ones would be found in every other word."""
    words = sorted({one for one in secrets if len(one) >= _SHORTEST}, key=len, reverse=True)
    _Known.pattern = re.compile("|".join(map(re.escape, words))) if words else None


def hide_secrets(_: object, __: str, event: EventDict) -> EventDict:
    """A structlog processor, once exceptions are words."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = hidden(value)
    return event


def hidden(text: str) -> str:
    """The text without what must not be read."""
    if _Known.pattern is not None:
        text = _Known.pattern.sub(HIDDEN, text)
    if "/" in text:
        text = _KEYS.sub(rf"\1{HIDDEN}", text)
        text = _TOKENS.sub(rf"\1{HIDDEN}", text)
        text = _QUERY.sub(rf"\1?{HIDDEN}", text)
        text = _USER_INFO.sub(rf"\1{HIDDEN}@", text)
    return _CREDENTIALS.sub(HIDDEN, text)
