"""Find videos by title or file name, in any script and regardless of case.

On PostgreSQL, trigram indexes (made by a migration) find both names, if each is queried by itself:
an OR across two tables would scan every row.
"""

import re

from django.db import connection
from django.db.models import Q, QuerySet

from videos.models import Image, Source, Video


def in_titles(videos: QuerySet[Video], text: str) -> QuerySet[Video]:
    """Return the videos whose title contains the text."""
    return videos.filter(_contains("title", text))


def images_titled(images: QuerySet[Image], text: str) -> QuerySet[Image]:
    """Return the images whose title contains the text."""
    return images.filter(_contains("title", text))


def in_names(videos: QuerySet[Video], text: str) -> QuerySet[Video]:
    """Return the videos whose title or file name contains the text."""
    files = Source.objects.filter(_contains("filename", text))
    if connection.vendor == "sqlite":
        return videos.filter(_contains("title", text) | Q(source__in=files))
    every = Video.objects.order_by()
    titled = every.filter(_contains("title", text)).values("pk")
    named = every.filter(source__in=files).values("pk")
    return videos.filter(pk__in=titled.union(named))


def _contains(field: str, text: str) -> Q:
    """Return a condition that ignores case. SQLite's LIKE ignores the case of ASCII letters only;
    its REGEXP is Python's, which knows all letters."""
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__iregex": re.escape(text)})
    return Q(**{f"{field}__icontains": text})
