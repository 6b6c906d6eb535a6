"""JSON bodies, of which none of ours is deep, or says one thing twice."""

import codecs
import json
from collections.abc import Iterator
from typing import IO, Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError
from rest_framework.utils.json import strict_constant

MOST_LEVELS = 20


class JSONParser(parsers.JSONParser):
    """Refuses what is nested so deeply that whoever walks through it runs out of stack, an object
    with two members of a name, of which one would be lost, and halves of characters, which can be
    neither kept nor answered."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None
    ) -> Any:
        """The value; 400 ``parse_error``."""
        encoding = parsers.get_encoding(parser_context or {})  # type: ignore[attr-defined]  # newer
        try:
            text = codecs.getreader(encoding)(stream).read()
            value = json.loads(text, parse_constant=strict_constant, object_pairs_hook=_once_each)
            _require_text(text, value)
        except RecursionError as error:
            raise _too_deep() from error
        except ValueError as error:
            raise ParseError(f"The body is not valid JSON: {error}.") from error
        level = [value]
        for _ in range(MOST_LEVELS):
            level = [inner for outer in level for inner in _inside(outer)]
            if not level:
                return value
        raise _too_deep()


def _once_each(members: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(members)
    if len(made) < len(members):
        raise ValueError("an object has two members of the same name")
    return made


def _require_text(text: str, value: Any) -> None:
    """Raises ``ValueError`` where an escape in the text (``\\ud800``) is half of a character."""
    if "\\ud" not in text.lower():
        return
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("it has half of a surrogate pair") from error


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _too_deep() -> ParseError:
    return ParseError(f"JSON may be nested {MOST_LEVELS} levels deep at most.")
