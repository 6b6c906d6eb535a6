"""How pages of a list are described."""

from typing import Any

_AROUND = {"type": ["string", "null"], "format": "uri"}
_NEXT = "https://video.example.org/api/v1/videos/?cursor=cD0wMWExZmI3MC0xNGY3LTc0NGYtYTFkOS0zOGNm"


class DescribedPages:
    """For a cursor pagination: a page has all its members."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Of a page."""
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
