"""Find videos by what they are called, in any script and either case.

PostgreSQL reads both names from indexes of trigrams (a migration makes them), as long as each is
asked for by itself: an OR of two tables would be looked for in every row.
"""

import re

from django.db import connection
from django.db.models import Q, QuerySet

from videos.models import Source, Video


def in_titles(videos: QuerySet[Video], text: str) -> QuerySet[Video]:
    """The videos in whose title the text stands."""
    return videos.filter(_contains("title", text))


def in_names(videos: QuerySet[Video], text: str) -> QuerySet[Video]:
    """The videos in whose title, or the name of whose file, the text stands."""
    files = Source.objects.filter(_contains("filename", text))
    if connection.vendor == "sqlite":
        return videos.filter(_contains("title", text) | Q(source__in=files))
    every = Video.objects.order_by()
    titled = every.filter(_contains("title", text)).values("pk")
    named = every.filter(source__in=files).values("pk")
    return videos.filter(pk__in=titled.union(named))


def _contains(field: str, text: str) -> Q:
    """SQLite's LIKE knows the cases of ASCII alone; its REGEXP is Python's own, which knows all."""
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__iregex": re.escape(text)})
    return Q(**{f"{field}__icontains": text})
