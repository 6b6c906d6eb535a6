"""Parse JSON bodies strictly: with limited depth and without duplicate members."""

import codecs
import json
from collections.abc import Iterator
from typing import IO, Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.utils.json import strict_constant

from videos import strict_json

MOST_LEVELS = 20


class JSONParser(parsers.JSONParser):
    """A JSON parser that refuses three things: nesting so deep that code walking the value would
    exhaust the stack, objects with two members of the same name, since one would be lost, and lone
    surrogates, which can be neither stored nor sent back."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None
    ) -> Any:
        """Return the parsed value; raise ``ParseError`` (400 ``parse_error``) for a bad body."""
        encoding = parsers.get_encoding(parser_context or {})  # type: ignore[attr-defined]  # newer
        try:
            text = codecs.getreader(encoding)(stream).read()
            value = json.loads(text, parse_constant=strict_constant, cls=strict_json.Decoder)
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


def _require_text(text: str, value: Any) -> None:
    """Raise ``ValueError`` if an escape in the text (``\\ud800``) is half of a surrogate pair."""
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


def is_form(request: Request) -> bool:
    """Return whether a request sends a form with a file."""
    return (request.content_type or "").lower().startswith(parsers.MultiPartParser.media_type)
