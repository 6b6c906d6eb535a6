"""Which events an endpoint wants. Pure."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from videos.events.kinds import KINDS

TEST = "webhook.test"
"""The name of the event that is sent on request, to try an endpoint."""


class UnknownEvent(ValueError):
    """Raised for a name that no event has."""

    def __init__(self, name: str) -> None:
        super().__init__(f"No event is called {name}.")
        self.name = name


def groups() -> tuple[str, ...]:
    """Return the names that stand for several events, such as ``video.*``."""
    names = (kind.split(".") for kind in KINDS)
    parts = {".".join(words[:end]) for words in names for end in range(1, len(words))}
    return tuple(sorted(f"{part}.*" for part in parts))


def require_known(names: Sequence[str]) -> None:
    """Raise ``UnknownEvent`` for the first name that is neither an event nor a group."""
    known = {*KINDS, *groups()}
    for name in names:
        if name not in known:
            raise UnknownEvent(name)


def wants(names: Sequence[str], kind: str) -> bool:
    """Return whether an endpoint with these names wants an event; no name means every event."""
    return not names or any(fnmatchcase(kind, name) for name in names)
