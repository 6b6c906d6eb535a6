"""What requests carry that must not stand in a log: keys in addresses, and query strings."""

import re

from structlog.typing import EventDict

# Whoever reads one of these can take over the account, until it was used.
_KEYS = re.compile(r"(/accounts/(?:password/reset/key|confirm-email)/)[^\s/?#\"'<>]+")
# "GET /path?query", as django-structlog names a request.
_QUERY = re.compile(r"\?[^'>]*")


def hide_secrets(_: object, __: str, event: EventDict) -> EventDict:
    """A structlog processor."""
    for name in ("event", "request"):
        if isinstance(text := event.get(name), str):
            event[name] = _KEYS.sub(r"\1…", text)
    if isinstance(request := event.get("request"), str):
        event["request"] = _QUERY.sub("", request)
    return event
