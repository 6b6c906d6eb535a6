"""Find videos by what their owner calls them, in any script and either case."""

import re

from django.db import connection
from django.db.models import Q, QuerySet

from videos.models import Video

_FIELDS = ("title", "source__filename")


def containing(videos: QuerySet[Video], text: str) -> QuerySet[Video]:
    """The videos in whose title, or the name of whose file, the text stands."""
    found = Q()
    for field in _FIELDS:
        found |= Q(**_contains(field, text))
    return videos.filter(found)


def _contains(field: str, text: str) -> dict[str, str]:
    """SQLite's LIKE knows the cases of ASCII alone; its REGEXP is Python's own, which knows all."""
    if connection.vendor == "sqlite":
        return {f"{field}__iregex": re.escape(text)}
    return {f"{field}__icontains": text}
