"""JSON from outside, in which no object has two members of the same name. Pure."""

import json
from typing import Any


class Decoder(json.JSONDecoder):
    """A decoder for ``json.loads(text, cls=Decoder)``. It raises ``ValueError`` for an object with
    two members of the same name, of which one would be lost silently."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "object_pairs_hook": _once_each})


def _once_each(members: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(members)
    if len(made) < len(members):
        raise ValueError("an object has two members of the same name")
    return made
