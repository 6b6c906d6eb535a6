"""Find videos by words or a part of their names, in any script, regardless of case and accents.

A video is found if each word that is looked for begins a word of its title, description, tags, file
name or provenance; if its title or file name contains the text as it is; or if it is said in it.

On PostgreSQL indexes find all of these, if each is queried by itself: an OR across two tables would
scan every row. On SQLite the rows are read.
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value

from accounts.models import User
from videos import search_index, spoken, words
from videos.models import Image, Source, Video

_FUNCTION = "videos_found"
# "[]" and "{}", which most rows have.
_EMPTY_JSON = "[]"
# SQLite takes as many values in a query and more.
_FEW = 500


def images_titled(images: QuerySet[Image], text: str) -> QuerySet[Image]:
    """Return the images whose title contains the text."""
    return images.filter(_contains("title", text))


def found(
    videos: QuerySet[Video], text: str, *, owners: QuerySet[User] | None = None
) -> QuerySet[Video]:
    """Return the videos that a text finds, and those of some ``owners``."""
    if connection.vendor == "sqlite":
        theirs = Q(owner__in=owners.values("pk")) if owners is not None else Q()
        said = Q(pk__in=spoken.tracks_with(text, videos).values("video"))
        return videos.filter(Q(_found_on_sqlite(text)) | said | theirs)
    every = Video.objects.order_by()
    files = Source.objects.filter(_contains("filename", text))
    ways = [every.filter(source__in=files), every.filter(_Words(text))]
    if owners is not None:
        ways.append(every.filter(owner__in=owners.values("pk")))
    titled = every.filter(_contains("title", text)).values("pk")
    # Whoever looks for owners too looks through the videos of all.
    within = videos if owners is None else None
    heard = spoken.tracks_with(text, within).order_by().values("video")
    return videos.filter(pk__in=titled.union(*(way.values("pk") for way in ways), heard))


def narrowed(
    videos: QuerySet[Video], text: str, *, owners: QuerySet[User] | None = None
) -> QuerySet[Video]:
    """Return the same as ``found``, for callers that count and list it: SQLite would read all rows
    each time, so it looks only once if few are found."""
    those = found(videos, text, owners=owners)
    if connection.vendor != "sqlite":
        return those
    ids = list(those.order_by().values_list("pk", flat=True)[: _FEW + 1])
    return those if len(ids) > _FEW else videos.filter(pk__in=ids)


class _Words(Func):
    """Whether each word of a text begins one of the video's, on PostgreSQL. Its column is none of
    the model's, so it stands beside the id in the table."""

    output_field = BooleanField()

    def __init__(self, text: str) -> None:
        super().__init__(F("pk"), Value(text))

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """Return the condition."""
        key, text = self.get_source_expressions()
        table = compiler.compile(key)[0].rpartition(".")[0]
        asked, parameters = compiler.compile(text)
        return f'{table}."{search_index.COLUMN}" @@ videos_query({asked})', parameters


def _found_on_sqlite(text: str) -> Any:
    connection.ensure_connection()
    connection.connection.create_function(_FUNCTION, 6, _is_found, deterministic=True)
    fields = ("title", "description", "tags", "provenance", "source__filename")
    told = [F(name) for name in fields]
    return Func(Value(text), *told, function=_FUNCTION, output_field=BooleanField())


def _is_found(text: str, *told: str | None) -> bool:
    if _lacks_a_word(text, " ".join([one or "" for one in told])):
        return False
    title, description, tags, provenance, filename = (one or "" for one in told)
    part = text.casefold()
    if part in title.casefold() or part in filename.casefold():
        return True
    there = " ".join((title, description, filename, *_strings(tags), *_strings(provenance)))
    return words.all_begin(text, there)


def _lacks_a_word(text: str, told: str) -> bool:
    """Return whether a row surely lacks a word, which is quickly seen for most of them: those of
    ASCII letters alone. In JSON escapes may stand for others."""
    if not told.isascii() or "\\" in told:
        return False
    there = told.lower()
    return any(word not in there for word in _words_of(text))


@lru_cache(maxsize=64)
def _words_of(text: str) -> tuple[str, ...]:
    return tuple(words.of(text))


def _strings(text: str) -> Iterator[str]:
    """Yield the strings that are values in a JSON text."""
    if len(text) <= len(_EMPTY_JSON):
        return
    inner = [json.loads(text)]
    while inner:
        value = inner.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            inner += value.values() if isinstance(value, dict) else value


def _contains(field: str, text: str) -> Q:
    """Return a condition that ignores case. SQLite's LIKE ignores the case of ASCII letters only;
    its REGEXP is Python's, which knows all letters."""
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__iregex": re.escape(text)})
    return Q(**{f"{field}__icontains": text})
