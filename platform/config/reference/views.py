"""The view of the reference page."""

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config import schema
from config.reference.operations import KEY, Reader
from videos.events import kinds, messages
from videos.feed import closes


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """Show first steps, every operation and every schema, with the address of the request."""
    return render(request, "reference/page.html", _told(request.build_absolute_uri("/")[:-1]))


@lru_cache(maxsize=4)
def _told(site: str) -> dict[str, Any]:
    reader = Reader(schema.document(), site)
    areas = reader.areas()
    curl = {one.id: one.curl for area in areas for one in area.operations}
    return {
        "site": site,
        "key": KEY,
        "areas": areas,
        "upload": curl["createVideo"],
        "follow": curl["getVideoStatus"],
        "components": reader.components(),
        "feed": site.replace("http", "ws", 1) + "/ws/feed/",
        "feed_messages": [
            (one.__name__, " ".join(one.__doc__.split())) for one in messages.MESSAGES
        ],
        "kinds": kinds.KINDS.items(),
        "closings": closes.REASONS.items(),
    }
