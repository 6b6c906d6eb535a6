"""Cursor pages: no page moves under the reader while others upload."""

from uuid import UUID

from rest_framework.exceptions import NotFound, ParseError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request


class NewestFirst(CursorPagination):
    """Newest first; ids are time-ordered."""

    ordering = "-id"
    page_size_query_param = "page_size"
    max_page_size = 100

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The cursor; 400 for one we did not give out: positions are ids."""
        try:
            cursor = super().decode_cursor(request)
            if cursor is not None and cursor.position is not None:
                UUID(str(cursor.position))
        except (NotFound, ValueError) as error:
            raise ParseError("This is no cursor of this list.", code="bad_cursor") from error
        return cursor
