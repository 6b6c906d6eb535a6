"""Describe the pages of lists in the OpenAPI document."""

from typing import Any

_AROUND = {"type": ["string", "null"], "format": "uri"}
_NEXT = "https://video.example.org/api/v1/videos/?cursor=cD0wMWExZmI3MC0xNGY3LTc0NGYtYTFkOS0zOGNm"


class DescribedPages:
    """A mixin for cursor pagination: its schema requires all members of a page."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the schema of a page."""
        after = {"example": _NEXT, "description": "the page after; null on the last"}
        before = {"example": None, "description": "the page before; null on the first"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": _AROUND | after,
                "previous": _AROUND | before,
                "results": schema,
            },
        }
