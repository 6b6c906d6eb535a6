"""What is said in a video is found, with the moment, and told as a transcript."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from processing.captions.document import Cue, Document, Word
from videos import spoken, spoken_index, words
from videos.models import Track, Video
from videos.tracks import services

pytestmark = pytest.mark.django_db
URL = "/api/v1/videos/"
CUES = (
    Cue(500, 2000, "<v Ada>Good <b>morning</b>, Łódź!", words=(Word(500, 900, "Good"),)),
    Cue(61_000, 63_000, "We walk along the"),
    Cue(63_500, 65_000, "quiet sea."),
    Cue(90_000, 91_000, "Later."),
)


@pytest.fixture
def video(owner: User) -> Video:
    return Video.objects.create(owner=owner, title="Untitled", status="uploading")


def say(video: Video, cues: tuple[Cue, ...] = CUES, **facts: Any) -> Track:
    told = {"kind": "captions", "origin": "api", "language": "en", **facts}
    return services.add(video.pk, text=Document(cues), **told)


def found(api: APIClient, text: str) -> list[Any]:
    answer = api.get(URL, {"search": text})
    assert answer.status_code == 200, answer.content
    return [one["matches"] for one in answer.json()["results"]]


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("morning", [0.5]),
        ("GOOD lodz", [0.5]),
        ("walk quiet", [61.0]),
        ("sea", [61.0, 63.5]),
        ("mor", [0.5]),
    ],
)
def test_a_video_is_found_by_what_is_said(
    api: APIClient, video: Video, text: str, times: list[float]
) -> None:
    track = say(video)
    [matches] = found(api, text)
    assert [one["time"] for one in matches] == times
    assert {one["track"] for one in matches} == {str(track.pk)}
    assert "<" not in matches[0]["text"]


@pytest.mark.parametrize("text", ["evening", "morning walk", "sea later", "orning", "script"])
def test_what_is_not_said_is_not_found(api: APIClient, video: Video, text: str) -> None:
    say(video)
    assert found(api, text) == []


def test_an_edit_is_found_and_what_it_replaced_is_not(api: APIClient, video: Video) -> None:
    track = say(video)
    cues = (CUES[0], CUES[1], Cue(63_500, 65_000, "loud river."))
    services.write_cues(track, cues, revision=track.revision)
    assert found(api, "walk sea") == []
    assert [one["time"] for one in found(api, "walk river")[0]] == [61.0]


def test_new_times_of_words_take_the_place_of_the_earlier_ones(video: Video) -> None:
    track = say(video)
    services.write_cues(track, [replace(one, words=()) for one in CUES], revision=None)
    assert track.cues.get(start=500).words == [[500, 900, "Good"]]
    better = replace(CUES[0], words=(Word(520, 910, "Good"),))
    services.write_text(track, Document((better, *CUES[1:])))
    assert track.cues.get(start=500).words == [[520, 910, "Good"]]


def test_the_moments_are_of_one_track_and_few(api: APIClient, video: Video) -> None:
    say(video, tuple(Cue(n * 1000, n * 1000 + 500, "again") for n in range(9)))
    chosen = say(video, (Cue(7000, 7500, "again and again"),), is_default=True)
    [matches] = found(api, "again")
    assert [(one["time"], one["track"]) for one in matches] == [(7.0, str(chosen.pk))]


def test_others_do_not_find_what_is_said(
    as_user: Callable[[User], APIClient], video: Video, stranger: User
) -> None:
    say(video)
    assert found(as_user(stranger), "morning") == []


@pytest.mark.parametrize("said", ["Hello", "Hello\nthere", "Hello [to] all", "Say\\n hello"])
def test_on_sqlite_python_looks_at_few_cues(
    api: APIClient, video: Video, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the index of PostgreSQL finds words")
    say(video, (Cue(0, 1, "Nothing\nof it"), Cue(9000, 9001, said), Cue(99_000, 99_001, "Łódź")))
    asked: list[str] = []
    all_begin = words.all_begin

    def counted(text: str, told: str) -> bool:
        asked.append(told)
        return all_begin(text, told)

    monkeypatch.setattr(words, "all_begin", counted)
    assert [[one.start for one in spoken._cues("HEL").order_by("start")]] == [[9000]]
    assert sorted(asked) == sorted([said, "Łódź"])


def test_the_words_are_read_from_an_index(video: Video) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite reads the rows")
    say(video)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan=off; SET LOCAL enable_indexscan=off")
    assert spoken_index.INDEX in spoken._cues("morning").order_by().explain()


def test_the_library_links_to_the_moment(client: Client, owner: User, video: Video) -> None:
    say(video)
    client.force_login(owner)
    page = client.get("/", {"q": "walk sea"}).content.decode()
    assert f"/watch/{video.pk}/?t=61" in page and "1:01" in page


def test_a_transcript_in_each_form(api: APIClient, video: Video) -> None:
    say(video)
    base = f"{URL}{video.pk}/transcript"
    text = api.get(f"{base}.txt")
    assert text["content-type"] == "text/plain; charset=utf-8"
    assert "quiet sea." in text.content.decode() and "<" not in text.content.decode()
    assert api.get(f"{base}.vtt").content.startswith(b"WEBVTT")
    told = api.get(f"{base}.json").json()
    first = told["segments"][0]
    assert (first["start"], first["text"], first["speaker"]) == (0.5, "Good morning, Łódź!", "Ada")
    assert first["words"] == [{"start": 0.5, "end": 0.9, "text": "Good"}]


def test_a_transcript_is_of_the_language_that_is_asked_for(api: APIClient, video: Video) -> None:
    say(video, (Cue(0, 1000, "Bonjour"),), kind="subtitles", language="fr-CA")
    say(video, is_default=True)
    base = f"{URL}{video.pk}/transcript.json"
    assert api.get(base).json()["language"] == "en"
    assert api.get(base, {"language": "fra"}).json()["segments"][0]["text"] == "Bonjour"
    assert api.get(base, {"language": "de"}).status_code == 404
    assert api.get(base, {"lang": "de"}).json()["code"] == "unknown_parameter"
