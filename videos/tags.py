"""The tags of a user's videos: found and counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet, Value

from accounts.models import User
from processing.ffmpeg import names
from videos import access
from videos.models import Image, Video

MOST = 1000
"""The most tags that are told at once."""
_Item = TypeVar("_Item", Video, Image)


@dataclass(frozen=True)
class Counted:
    """A tag, and how many videos have it."""

    tag: str
    videos: int


@dataclass(frozen=True)
class Found:
    """Tags, the most frequent first; ``count`` is how many there are, told or not."""

    count: int
    results: list[Counted]


class _HasTag(Func):
    """Whether a list of tags has a tag, on SQLite."""

    template = "EXISTS (SELECT 1 FROM json_each(%(expressions)s))"
    arg_joiner = ") AS one WHERE one.value = ("
    output_field = BooleanField()


def asked(text: str) -> list[str]:
    """Return the tags of a text that has commas between them."""
    return sorted({names.composed(tag) for tag in text.split(",")} - {""})


def having(items: QuerySet[_Item], tags: list[str]) -> QuerySet[_Item]:
    """Return the videos or images that have all of these tags, letter for letter."""
    if connection.vendor != "sqlite":
        # Read from indexes that migrations made.
        return items.filter(tags__contains=tags)
    for tag in tags:
        items = items.filter(_HasTag(F("tags"), Value(tag)))
    return items


def counted(owner: User, beginning: str = "") -> Found:
    """Return the tags of a user's videos that begin so, in either case, in one query."""
    lists, parameters = access.owned_by(owner).order_by().values("tags").query.sql_with_params()
    if connection.vendor == "sqlite":
        each = "json_each(own.tags) AS one"
    else:
        each = "jsonb_array_elements_text(own.tags) AS one(value)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT one.value, COUNT(*) FROM ({lists}) own, {each}"  # noqa: S608  # ours alone
            " GROUP BY one.value",
            parameters,
        )
        rows = cursor.fetchall()
    wanted = names.composed(beginning).casefold()
    found = [Counted(tag, videos) for tag, videos in rows if tag.casefold().startswith(wanted)]
    found.sort(key=lambda one: (-one.videos, one.tag.casefold(), one.tag))
    return Found(len(found), found[:MOST])
