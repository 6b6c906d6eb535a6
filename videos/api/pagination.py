"""Cursor pagination: pages do not shift while others upload."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from rest_framework.exceptions import ErrorDetail, ParseError, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from videos.api.schema.pages import DescribedPages
from videos.api.strictness import ORDERING, StrictRequests

DEFAULT = "-created_at"
NEWEST_FIRST: Mapping[str, tuple[str, ...]] = {DEFAULT: ("-id",), "created_at": ("id",)}
"""Orders by time of creation. They use ids, which are time-ordered."""


class BadCursor(ParseError):
    """Raised when a cursor was not issued for this list in this order."""

    def __init__(self) -> None:
        super().__init__("This cursor does not belong to this list.", code="bad_cursor")


@dataclass(frozen=True)
class Position:
    """A place in a list between two rows: behind the row with these values, or before it."""

    ordering: str
    values: tuple[str, ...]
    before: bool = False

    def encode(self) -> str:
        """Return the position as the cursor that clients keep."""
        tokens: dict[str, Any] = {"p": self.values}
        if self.ordering != DEFAULT:
            tokens["s"] = self.ordering
        if self.before:
            tokens["r"] = "1"
        return b64encode(urlencode(tokens, doseq=True).encode()).decode()

    @classmethod
    def decode(cls, text: str) -> Position:
        """Decode a cursor that ``encode`` returned; raises ``BadCursor``."""
        try:
            tokens = parse_qs(
                b64decode(text, validate=True).decode("ascii"),
                strict_parsing=True,
                keep_blank_values=True,
                errors="strict",
            )
            *others, last = tokens.pop("p")
            position = cls(
                ordering=tokens.pop("s", [DEFAULT])[0],
                values=(*others, str(UUID(last))),
                before=tokens.pop("r", ["0"])[0] == "1",
            )
        except (ValueError, KeyError) as error:
            raise BadCursor from error
        if tokens or any("\0" in value for value in position.values):
            raise BadCursor
        return position


class Pages(DescribedPages, CursorPagination):
    """Pages of a list, newest first or in another order that the view offers (``orderings``). Every
    order ends with the id, so that each position is unique."""

    page_size_query_param = "page_size"
    max_page_size = 100
    _position: Position | None
    _more: bool

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the rows of the requested page."""
        self.base_url = request.build_absolute_uri()
        self.name, self.fields = _ordering(request, view)
        self._position = self._asked(request)
        size = self.get_page_size(request)
        backwards = self._position is not None and self._position.before
        rows = self._rows(queryset, backwards=backwards)
        found = list(rows[: size + 1])
        self._more = len(found) > size
        self.page = found[:size][::-1] if backwards else found[:size]
        return self.page

    def get_page_size(self, request: Request) -> int:
        """Return the requested size, or 25 by default; raises ``ValidationError``."""
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return int(self.page_size or 25)
        if asked.isascii() and asked.isdecimal() and 1 <= int(asked[:9]) <= self.max_page_size:
            return int(asked)
        must = f"It must be a whole number from 1 to {self.max_page_size}."
        raise _wrong(self.page_size_query_param, must, "invalid")

    def get_next_link(self) -> str | None:
        """Return the URL of the page after this one, if there is one."""
        backwards = self._position is not None and self._position.before
        if not (self._more or backwards):
            return None
        return self._link(self.page[-1] if self.page else None, before=False)

    def get_previous_link(self) -> str | None:
        """Return the URL of the page before this one, if there is one."""
        if self._position is None or (self._position.before and not self._more):
            return None
        return self._link(self.page[0] if self.page else None, before=True)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Return the OpenAPI parameters of pages, with the bounds of the page size and the
        orders."""
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                bounds = {"minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
                parameter["schema"] |= bounds
        if orderings := orderings_of(view):
            schema = {"type": "string", "enum": list(orderings), "default": DEFAULT}
            parameters.append(
                {
                    "name": ORDERING,
                    "required": False,
                    "in": "query",
                    "description": "The order of the list; a hyphen reverses it.",
                    "schema": schema,
                }
            )
        return parameters

    def _asked(self, request: Request) -> Position | None:
        text = request.query_params.get(self.cursor_query_param)
        if text is None:
            return None
        position = Position.decode(text)
        if position.ordering != self.name or len(position.values) != len(self.fields):
            raise BadCursor
        return position

    def _rows(self, queryset: QuerySet[Any], *, backwards: bool) -> QuerySet[Any]:
        if self._position is not None:
            queryset = queryset.filter(self._beyond(self._position))
        fields = (_reversed(field) for field in self.fields) if backwards else self.fields
        return queryset.order_by(*fields)

    def _beyond(self, position: Position) -> Q:
        """Return the filter for the rows behind a position, or before it. The condition on the
        first field stands alone, so that the database reads the index from there on; the id decides
        among rows with an equal first field."""
        descends = self.fields[0].startswith("-")
        side = "lt" if descends != position.before else "gt"
        first, *rest = (field.lstrip("-") for field in self.fields)
        if not rest:
            return Q(**{f"{first}__{side}": position.values[0]})
        further = Q(**{f"{first}__{side}": position.values[0]})
        among_equals = Q(**{f"{rest[0]}__{side}": position.values[1]})
        return Q(**{f"{first}__{side}e": position.values[0]}) & (further | among_equals)

    def _link(self, row: Model | None, *, before: bool) -> str:
        values = self._position.values if row is None and self._position else self._values(row)
        place = Position(self.name, values, before)
        return replace_query_param(self.base_url or "", self.cursor_query_param, place.encode())

    def _values(self, row: Model | None) -> tuple[str, ...]:
        return tuple(str(getattr(row, field.lstrip("-"))) for field in self.fields)


def orderings_of(view: Any) -> Mapping[str, tuple[str, ...]]:
    """Return the orders that the view's current action offers; empty if it offers no choice."""
    is_list = isinstance(view, StrictRequests) and view.action == "list"
    return view.orderings if is_list else {}


def _ordering(request: Request, view: Any) -> tuple[str, tuple[str, ...]]:
    orderings = orderings_of(view)
    name = request.query_params.get(ORDERING, DEFAULT)
    if name == DEFAULT:
        return name, orderings.get(name, NEWEST_FIRST[DEFAULT])
    if name not in orderings:
        must = f"It must be one of {', '.join(orderings)}."
        raise _wrong(ORDERING, must, "invalid_choice")
    return name, orderings[name]


def _reversed(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"


def _wrong(parameter: str, must: str, code: str) -> ValidationError:
    return ValidationError({parameter: [ErrorDetail(must, code=code)]})
