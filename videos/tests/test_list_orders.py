"""Lists in every order and narrowing: each row once, whatever comes and goes between two pages."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from videos import access, search
from videos.api.pagination import BadCursor, Position
from videos.models import Source, Video
from videos.tests.test_api_videos import URL

TITLES = ["", "a", "A", "b", "Zebra", "zebra", "éa", "Same", "Same", "Same", "same", "1", "ß"]


@pytest.fixture
def library(owner: User) -> list[Video]:
    """Videos of which many have the same title."""
    titles = TITLES * 3
    random.Random(7).shuffle(titles)
    return [Video.objects.create(owner=owner, title=title, status="uploading") for title in titles]


def pages(api: APIClient, link: str = "next", **query: Any) -> list[dict[str, Any]]:
    page = api.get(URL, query).json()
    rows = list(page["results"])
    while page[link]:
        page = api.get(page[link]).json()
        rows += page["results"]
    return rows


@pytest.mark.sampled(4)
@pytest.mark.parametrize("ordering", ["-created_at", "created_at", "title", "-title"])
@pytest.mark.parametrize(
    "size", [7, 100, *(pytest.param(size, marks=pytest.mark.thorough) for size in (1, 2))]
)
def test_every_order_has_every_row_once_there_and_back(
    api: APIClient, library: list[Video], ordering: str, size: int
) -> None:
    rows = pages(api, ordering=ordering, page_size=size)
    ids = [row["id"] for row in rows]
    assert sorted(ids) == sorted(str(video.pk) for video in library)
    field = ordering.lstrip("-")
    keys = [(row["title"].lower() if field == "title" else row["created_at"]) for row in rows]
    descends = ordering.startswith("-")
    if connection.vendor == "sqlite" or field != "title":
        assert keys == sorted(keys, reverse=descends)
    assert ids == [row["id"] for row in pages(api, ordering=ordering, page_size=100)]
    back: list[str] = []
    page = api.get(URL, {"ordering": ordering, "page_size": str(size)}).json()
    while page["next"]:
        page = api.get(page["next"]).json()
    while page:
        back = [row["id"] for row in page["results"]] + back
        page = api.get(page["previous"]).json() if page["previous"] else None
    assert back == ids


@pytest.mark.parametrize("ordering", ["title", "-title", "created_at", "-created_at"])
def test_no_page_moves_under_its_reader(
    api: APIClient, owner: User, library: list[Video], ordering: str
) -> None:
    first = api.get(URL, {"ordering": ordering, "page_size": "5"}).json()
    seen = [row["id"] for row in first["results"]]
    Video.objects.filter(pk__in=[seen[0], seen[-1]]).update(deleted_at=datetime.now(UTC))
    for title in ("", "Same", "zz"):
        Video.objects.create(owner=owner, title=title, status="uploading")
    page = first
    while page["next"]:
        page = api.get(page["next"]).json()
        seen += [row["id"] for row in page["results"]]
    assert len(seen) == len(set(seen))
    assert {str(video.pk) for video in library} <= set(seen)


def test_a_cursor_belongs_to_its_order(api: APIClient, library: list[Video]) -> None:
    by_title = api.get(URL, {"ordering": "title", "page_size": "2"}).json()["next"]
    cursor = by_title.partition("cursor=")[2].partition("&")[0].replace("%3D", "=")
    for other in ({}, {"ordering": "-title"}, {"ordering": "created_at"}):
        answer = api.get(URL, other | {"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")
    assert api.get(by_title).status_code == 200


@pytest.mark.parametrize(
    "values", [("\0", "01a214f1-7e4f-70a8-914a-c554e6b864f3"), ("x",), ("a", "b"), ()]
)
def test_cursors_are_not_made_up(values: tuple[str, ...]) -> None:
    with pytest.raises(BadCursor):
        Position.decode(Position("title", values).encode())


def test_a_library_is_searched_in_its_titles(api: APIClient, library: list[Video]) -> None:
    found = pages(api, search="SAME", page_size=5)
    assert len(found) == 12
    assert {row["title"].lower() for row in found} == {"same"}
    assert pages(api, search="%", page_size=5) == []
    assert len(pages(api, search="")) == len(library)
    assert len(pages(api, search="zebra", ordering="title", status="uploading")) == 6
    assert api.get(URL, {"search": "x" * 201}).json()["code"] == "max_length"
    assert api.get(URL, {"search": "\0"}).json()["code"] == "null_characters_not_allowed"


def test_a_search_knows_all_letters_in_either_case(
    api: APIClient, client: Client, owner: User, library: list[Video]
) -> None:
    Video.objects.create(owner=owner, title="ÉTÉ à Łódź", status="uploading")
    client.force_login(owner)
    for text in ("été", "ŁÓDŹ", "Été À"):
        assert len(pages(api, search=text)) == 1, text
        assert "ÉTÉ" in client.get("/", {"q": text}).content.decode()


@pytest.mark.thorough
@pytest.mark.timeout(400)
def test_among_50_000_videos_a_search_reads_an_index(owner: User, db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite reads all of them")
    source = Source.objects.create(
        owner=owner, key="o/0", filename="0", size=1, sha256="0" * 64, origin="upload"
    )
    Video.objects.create(owner=owner, title="0", source=source, status="uploading")
    _multiply(
        Source,
        "generate_series(1, 50000) AS n",
        {"id": "gen_random_uuid()", "key": "'o/' || n", "filename": "'IMG_' || n || '.mov'"},
    )
    _multiply(
        Video,
        "videos_source s",
        {"id": "gen_random_uuid()", "title": "'Film ' || s.key", "source_id": "s.id",
         "playback_id": "s.key"},
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE videos_video, videos_source")
    videos = access.owned_by(owner).order_by("-id")
    for found, index, rows in (
        (search.found(videos, "o/47777"), "video_title_trigrams", 1),
        (search.found(videos, "47777"), "source_filename_trigrams", 1),
        (search.found(videos, "nowhere"), "video_title_trigrams", 0),
    ):
        plan = found[:26].explain(analyze=True)
        assert index in plan, plan
        assert "video_words" in plan, plan
        assert "Seq Scan on videos_video" not in plan, plan
        assert len(found[:26]) == rows


def _multiply(model: type[Model], by: str, own: dict[str, str]) -> None:
    """Copy the only row of a table, with some columns of their own."""
    columns = [str(field.column) for field in model._meta.concrete_fields]
    values = ", ".join(own.get(name, f"one.{name}") for name in columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} one, {by}"
        )


def test_a_period_holds_its_beginning_and_not_its_end(api: APIClient, owner: User) -> None:
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    for hours in range(4):
        made = Video.objects.create(owner=owner, title=str(hours), status="uploading")
        Video.objects.filter(pk=made.pk).update(created_at=noon + timedelta(hours=hours))
    found = pages(
        api, created_after="2026-01-31T13:00:00Z", created_before="2026-01-31T16:00:00+01:00"
    )
    assert [row["title"] for row in found] == ["2", "1"]
    assert pages(api, created_before="2026-01-31") == []
    assert len(pages(api, created_after="2026-01-31T12:00")) == 4
    assert api.get("/api/v1/jobs/", {"created_after": "2026-01-31"}).status_code == 200


@pytest.mark.parametrize("ordering", ["created_at", "-created_at", "title", "-title"])
def test_an_order_is_read_from_an_index(
    api: APIClient, owner: User, library: list[Video], ordering: str
) -> None:
    link = api.get(URL, {"ordering": ordering, "page_size": "5"}).json()["next"]
    with CaptureQueriesContext(connection) as queries:
        api.get(link)
    (asked,) = [one["sql"] for one in queries if "title_in_order" in one["sql"]]
    plan = _plan_of(asked)
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def _plan_of(query: str) -> str:
    """How a query is answered; PostgreSQL takes no index for so few rows unless it is made to."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {query}")
        else:
            cursor.execute("SET LOCAL enable_seqscan=off; SET LOCAL enable_bitmapscan=off")
            cursor.execute("SET LOCAL enable_sort=off; SET LOCAL enable_incremental_sort=off")
            cursor.execute(f"EXPLAIN {query}")
            # The limit, and what it takes from: below that other rows may be sorted.
            return " ".join(str(row) for row in cursor.fetchmany(2))
        return " ".join(str(row) for row in cursor.fetchall())
