"""The admin finds videos as the library does, and by owner and id."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from videos.models import Source, Video

LIST = "/admin/videos/video/"


@pytest.fixture
def desk(client: Client, moderator: User) -> Client:
    client.force_login(moderator)
    return client


@pytest.fixture
def shelve(owner: User) -> Callable[..., Video]:
    def make(title: str, *, filename: str = "", **fields: object) -> Video:
        source = Source.objects.create(owner=owner, key=title, filename=filename, size=1)
        return Video.objects.create(owner=owner, title=title, source=source, **fields)

    return make


def found(desk: Client, text: str) -> set[str]:
    page = desk.get(LIST, {"q": text}).content.decode()
    return set(re.findall(r'class="field-name[^>]*><a[^>]*>([^<]*)<', page))


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("cafe", {"Café Łódź"}),
        ("LODZ caf", {"Café Łódź"}),
        ("fé łó", {"Café Łódź"}),
        ("river", {"Walk"}),
        ("sea", {"Walk"}),
        ("mvi_0042", {"Walk"}),
        ("dragon", {"Walk"}),
        ("ragon", set()),
        ("owner@example", {"Café Łódź", "Walk"}),
        ("owner", {"Café Łódź", "Walk"}),
        ("owner@ walk", {"Walk"}),
        ("nobody@example", set()),
        ("%", set()),
        ("\0", {"Café Łódź", "Walk"}),
        ("walk café", set()),
    ],
)
def test_it_is_found_by_words_parts_and_owner(
    desk: Client, shelve: Callable[..., Video], text: str, titles: set[str]
) -> None:
    shelve("Café Łódź", filename="a.mp4")
    shelve(
        "Walk",
        filename="MVI_0042.MOV",
        description="along the river",
        tags=["sea"],
        provenance={"prompt": "a dragon"},
    )
    assert found(desk, text) == titles


def test_it_is_found_by_its_id(desk: Client, shelve: Callable[..., Video]) -> None:
    one, other = shelve("One"), shelve("Other")
    assert found(desk, str(one.pk)) == {"One"}
    assert found(desk, f"{one.pk} {other.pk}") == {"One", "Other"}
    assert found(desk, f"{one.pk} other") == set()


def test_any_number_of_videos_takes_the_same_queries(
    desk: Client, shelve: Callable[..., Video]
) -> None:
    counts = []
    for number in range(3):
        shelve(f"film {number}")
        found(desk, "film")  # notes that the session is used, and reads the plans
        with CaptureQueriesContext(connection) as queries:
            assert len(found(desk, "film")) == number + 1
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]
