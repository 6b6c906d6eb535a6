"""What the list of videos finds: by words, tags, folder and one's own names."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from processing.health.database import _WORDS_WITH_ACCENTS
from videos import search, search_index, words
from videos.models import Folder, Source, Video

pytestmark = pytest.mark.django_db
URL = "/api/v1/videos/"


@pytest.fixture
def api(api: APIClient) -> APIClient:
    """The client sends JSON."""
    api.default_format = "json"
    return api


@pytest.fixture
def video(owner: User) -> Video:
    """A video with a text in everything that is searched."""
    source = Source.objects.create(
        owner=owner, key="o/1", filename="IMG_4711-final.MOV", size=1, sha256="0" * 64,
        origin="upload",
    )  # fmt: skip
    return Video.objects.create(
        owner=owner,
        source=source,
        status="uploading",
        title="Crème brûlée à Łódź",
        description="Straße, naïve “quotes”, Σίσυφος und Ёлка",
        tags=["Summer trip", "øre", "a/b"],
        external_id="order 7",
        metadata={"secret": "mangrove"},
        provenance={"model": "black-forest/flux", "input": [{"prompt": "A tiger\u2019s eye"}]},
    )


def found(api: APIClient, **query: Any) -> int:
    answer = api.get(URL, query)
    assert answer.status_code == 200, answer.content
    return len(answer.json()["results"])


@pytest.mark.parametrize(
    "text",
    [
        *("creme", "BRULEE crème", "lodz", "Łódź", "brul lo", "ème brû", "à Ł"),
        *("naive", "strasse", "quot", "ΣΊΣΥΦΟΣ", "елка", "ёлка"),
        *("summer", "trip summ", "ore", "b a", "4711", "img", "final mov", "_4711-f"),
        *("flux", "tiger", "eye black sum lodz mov", "cre\u0300me"),
    ],
)
def test_each_word_begins_one_of_the_video_s(api: APIClient, video: Video, text: str) -> None:
    assert found(api, search=text) == 1


@pytest.mark.parametrize(
    "text",
    [
        "reme x",
        "rulee lodz",
        "creme nowhere",
        "mangrove",
        "order",
        "prompt",
        "model",
        "%",
        "'",
        ":*",
    ],
)
def test_nothing_else_is_found(api: APIClient, video: Video, text: str) -> None:
    assert found(api, search=text) == 0


def test_what_is_looked_for_is_no_query_language(api: APIClient, video: Video) -> None:
    for text in ("creme & nowhere", "!nowhere creme", "creme | x", "'creme' <-> 'x'", "\\ creme x"):
        assert found(api, search=text) == 0, text
    assert found(api, search="creme & 'brulee':*") == 1
    assert found(api, search="x" * 200) == 0


def test_a_change_is_found_at_once(api: APIClient, video: Video) -> None:
    api.patch(f"{URL}{video.pk}/", {"title": "Vanilla", "tags": ["winter"]})
    assert found(api, search="creme") == found(api, search="summer") == 0
    assert found(api, search="vanilla winter") == 1
    Video.objects.filter(pk=video.pk).update(provenance={"prompt": "a zebra"})
    assert found(api, search="zebra vanil") == 1


def test_a_very_long_text_is_stored_and_found(api: APIClient, owner: User) -> None:
    Video.objects.create(
        owner=owner, status="uploading", title="x" * 200, description="ж" * 5000,
        provenance={"prompt": " ".join(f"word{n}" for n in range(100_000))},
    )  # fmt: skip
    assert found(api, search="x" * 150) == found(api, search="ж" * 150) == 1


def test_nobody_finds_the_videos_of_others(video: Video, stranger: User, owner: User) -> None:
    from accounts import api_keys

    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {api_keys.issue(stranger, name='x')[1]}")
    assert found(client, search="creme") == found(client, tags="øre") == 0


def test_videos_are_found_by_all_of_their_tags(api: APIClient, video: Video) -> None:
    for tags in ("øre", "øre,Summer trip", " øre , a/b ", "øre,øre"):
        assert found(api, tags=tags) == 1, tags
    for tags in ("Øre", "ør", "summer trip", "øre,x", ",", "[]", '"', "' OR 1=1 --", "%"):
        assert found(api, tags=tags) == 0, tags
    api.patch(f"{URL}{video.pk}/", {"tags": ["e\u0301te\u0301"]})
    assert [found(api, tags=tag) for tag in ("été", "e\u0301te\u0301")] == [1, 1]
    assert api.get(URL, {"tags": ""}).json()["code"] == "blank"


def test_videos_are_found_by_folder_and_external_id(
    api: APIClient, owner: User, video: Video
) -> None:
    folder = Folder.objects.create(owner=owner, name="a")
    assert (found(api, folder="none"), found(api, folder=str(folder.pk))) == (1, 0)
    Video.objects.filter(pk=video.pk).update(folder=folder)
    assert (found(api, folder="none"), found(api, folder=str(folder.pk).upper())) == (0, 1)
    assert api.get(URL, {"folder": "x"}).json()["code"] == "invalid"
    assert (found(api, external_id="order 7"), found(api, external_id="order")) == (1, 0)
    assert found(api, external_id="order 7", tags="øre", search="lodz", folder=str(folder.pk)) == 1


def test_the_trash_has_two_names(api: APIClient, video: Video) -> None:
    api.delete(f"{URL}{video.pk}/")
    for query in ({"deleted": "true"}, {"trashed": "true"}):
        assert found(api, **query, search="creme", tags="øre") == 1
    assert found(api) == found(api, deleted="false") == 0


def test_tags_are_counted(api: APIClient, owner: User, stranger: User, video: Video) -> None:
    Video.objects.create(owner=owner, status="uploading", tags=["øre", "Zoo"])
    Video.objects.create(owner=stranger, status="uploading", tags=["theirs"])
    answer = api.get("/api/v1/tags/").json()
    assert answer["count"] == 4
    told = [(row["tag"], row["videos"]) for row in answer["results"]]
    assert told == [("øre", 2), ("a/b", 1), ("Summer trip", 1), ("Zoo", 1)]
    begins = api.get("/api/v1/tags/", {"search": "SUM"}).json()
    assert begins == {"count": 1, "results": [{"tag": "Summer trip", "videos": 1}]}
    assert api.get("/api/v1/tags/", {"page": "1"}).json()["code"] == "unknown_parameter"


def test_a_tag_has_no_comma(api: APIClient, video: Video) -> None:
    answer = api.patch(f"{URL}{video.pk}/", {"tags": ["a,b"]})
    assert (answer.status_code, answer.json()["code"]) == (400, "tag")


@pytest.mark.parametrize("text", ["Łódź", "STRASSE", "ﬁlm²", "Ærø", "Việt Nam", "I_1.mov", "数字"])
def test_both_databases_cut_the_same_words(text: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("there is only one")
    with connection.cursor() as cursor:
        cursor.execute("SELECT videos_words(%s)", [text])
        assert sorted(cursor.fetchone()[0]) == sorted(set(words.of(text)))


def test_words_and_tags_are_read_from_an_index(api: APIClient, video: Video) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite reads the rows")
    videos = Video.objects.order_by()
    for rows, index in (
        (videos.filter(search._Words("creme")), search_index.INDEX),
        (videos.filter(tags__contains=["øre"]), search_index.TAGS_INDEX),
    ):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan=off; SET LOCAL enable_indexscan=off")
        assert index in rows.explain()


def renew(*, anew: bool) -> None:
    """Make the index again; no change may wait for the end of the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    search_index.install(connection)
    search_index.fill(connection, anew=anew)


def _value_of(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def test_a_database_without_unaccent_still_finds_accents(api: APIClient, video: Video) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite does it in Python")
    assert search_index.uses_unaccent(connection)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_index, "_unaccented", lambda _: "told")
        renew(anew=True)
    assert _value_of(_WORDS_WITH_ACCENTS), "the doctor says so"
    assert not search_index.uses_unaccent(connection)
    assert found(api, search="creme brulee") == 1
    assert found(api, search="lodz") == 0, "it is a letter of its own"
    call_command("index_search", stdout=(said := StringIO()))
    assert "with unaccent" in said.getvalue()
    assert found(api, search="lodz") == 1


def test_the_index_can_be_taken_away_and_made_again(api: APIClient, video: Video) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has none")
    renew(anew=False)
    search_index.remove(connection)
    search_index.remove(connection)
    for _ in range(2):
        renew(anew=False)
    assert found(api, search="creme") == found(api, tags="øre") == 1
