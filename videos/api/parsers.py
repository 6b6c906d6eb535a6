"""JSON bodies, of which none of ours is deep."""

from collections.abc import Iterator
from typing import Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError

MOST_LEVELS = 20


class JSONParser(parsers.JSONParser):
    """Refuses what is nested so deeply that whoever walks through it runs out of stack."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """The value; 400 ``parse_error``."""
        try:
            value = super().parse(*args, **kwargs)
        except RecursionError as error:
            raise _too_deep() from error
        level = [value]
        for _ in range(MOST_LEVELS):
            level = [inner for outer in level for inner in _inside(outer)]
            if not level:
                return value
        raise _too_deep()


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _too_deep() -> ParseError:
    return ParseError(f"JSON may be nested {MOST_LEVELS} levels deep at most.")
