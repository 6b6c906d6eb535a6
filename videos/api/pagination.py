"""Cursor pages: no page moves under the reader while others upload."""

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """Newest first; ids are time-ordered."""

    ordering = "-id"
    page_size_query_param = "page_size"
    max_page_size = 100
