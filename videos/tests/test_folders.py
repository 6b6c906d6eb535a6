"""Folders: an owner's tree, its names and bounds, and what becomes of what lies in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from videos import folders
from videos.models import Event, Folder, Video

pytestmark = pytest.mark.django_db
URL = "/api/v1/folders/"
VIDEOS = "/api/v1/videos/"

Make = Callable[..., str]


@pytest.fixture
def api(api: APIClient) -> APIClient:
    """The client sends JSON."""
    api.default_format = "json"
    return api


@pytest.fixture
def make(api: APIClient) -> Make:
    """Create a folder by the API and return its id."""

    def made(name: str, parent: str | None = None) -> str:
        answer = api.post(URL, {"name": name, "parent": parent})
        assert answer.status_code == 201, answer.content
        return str(answer.json()["id"])

    return made


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_folder_is_made_read_renamed_and_moved(api: APIClient, make: Make) -> None:
    trips = make("Trips")
    answer = api.post(URL, {"name": " 2026\u202e ", "parent": trips})
    year = answer.json()
    assert answer["Location"].endswith(f"{URL}{year['id']}/")
    assert (year["name"], year["parent"], year["path"]) == ("2026", trips, ["Trips", "2026"])
    assert api.get(f"{URL}{trips}/").json()["folders"] == 1
    renamed = api.patch(f"{URL}{year['id']}/", {"name": "Last year", "parent": None}).json()
    assert (renamed["path"], renamed["parent"]) == (["Last year"], None)
    assert api.get(f"{URL}{trips}/").json()["folders"] == 0


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({}, "required"),
        ({"name": ""}, "blank"),
        ({"name": " \u202e "}, "blank"),
        ({"name": 7}, "invalid"),
        ({"name": "x" * 101}, "max_length"),
        ({"name": "a", "parent": "top"}, "invalid"),
        ({"name": "a", "colour": "red"}, "unknown_field"),
        ({"name": "a", "path": []}, "read_only"),
        ({"name": "a", "parent": str(uuid4())}, "folder_unknown"),
    ],
)
def test_what_is_no_folder_is_refused(api: APIClient, sent: dict[str, Any], wrong: str) -> None:
    assert code(api.post(URL, sent)) == (400, wrong)
    assert not Folder.objects.exists()


def test_a_name_is_there_once_among_its_neighbours(api: APIClient, make: Make) -> None:
    trips, other = make("Trips"), make("trips")
    make("Sea", trips)
    make("Sea", other)
    assert code(api.post(URL, {"name": "Trips"})) == (409, "folder_name_taken")
    assert code(api.post(URL, {"name": "Sea", "parent": trips})) == (409, "folder_name_taken")
    assert code(api.patch(f"{URL}{other}/", {"name": "Trips"})) == (409, "folder_name_taken")
    assert api.patch(f"{URL}{trips}/", {"name": "Trips"}).status_code == 200, "its own name"
    make("Été")
    assert code(api.post(URL, {"name": "E\u0301te\u0301"})) == (409, "folder_name_taken")


def test_folders_lie_ten_deep_at_most(api: APIClient, make: Make) -> None:
    chain: list[str] = []
    for level in range(10):
        chain.append(make(f"level {level}", chain[-1] if chain else None))
    assert len(api.get(f"{URL}{chain[-1]}/").json()["path"]) == 10
    deeper = {"name": "eleventh", "parent": chain[-1]}
    assert code(api.post(URL, deeper)) == (409, "folder_too_deep")
    two = make("two")
    make("levels", two)
    assert code(api.patch(f"{URL}{two}/", {"parent": chain[8]})) == (409, "folder_too_deep")
    assert api.patch(f"{URL}{two}/", {"parent": chain[7]}).status_code == 200


def test_a_folder_never_lies_in_itself(api: APIClient, make: Make) -> None:
    outer = make("outer")
    inner = make("inner", make("middle", outer))
    for parent in (outer, inner):
        answer = api.patch(f"{URL}{outer}/", {"parent": parent})
        assert code(answer) == (409, "folder_in_itself")


def test_an_owner_has_so_many_folders_and_no_more(api: APIClient, make: Make) -> None:
    make("one")
    with mock.patch.object(folders, "MOST", 2):
        make("two")
        assert code(api.post(URL, {"name": "three"})) == (409, "too_many_folders")


def test_only_an_empty_folder_is_deleted(
    api: APIClient, make: Make, video: Video, owner: User
) -> None:
    trips = make("Trips")
    inner = make("Sea", trips)
    Video.objects.filter(pk=video.pk).update(folder=inner)
    for full in (trips, inner):
        assert code(api.delete(f"{URL}{full}/")) == (409, "folder_not_empty")
    assert api.delete(f"{VIDEOS}{video.pk}/").status_code == 204
    assert api.delete(f"{URL}{inner}/").status_code == 204, "the trash does not count"
    assert api.delete(f"{URL}{trips}/").status_code == 204
    assert api.post(f"{VIDEOS}{video.pk}/restore/").json()["folder"] is None
    assert api.get(f"{URL}{trips}/").status_code == 404


def test_what_a_folder_holds_goes_elsewhere_before_it_is_deleted(
    api: APIClient, make: Make, video: Video
) -> None:
    trips, other = make("Trips"), make("Other")
    inner = make("Sea", trips)
    Video.objects.filter(pk=video.pk).update(folder=trips)
    refused = {
        "x": (400, "invalid"),
        str(uuid4()): (400, "folder_unknown"),
        inner: (409, "folder_in_itself"),
        trips: (409, "folder_in_itself"),
    }
    for target, wrong in refused.items():
        assert code(api.delete(f"{URL}{trips}/?move_to={target}")) == wrong, target
    assert api.delete(f"{URL}{trips}/?move_to={other}").status_code == 204
    assert api.get(f"{VIDEOS}{video.pk}/").json()["folder"] == other
    assert api.get(f"{URL}{inner}/").json()["path"] == ["Other", "Sea"]
    told = Event.objects.filter(type="video.updated").latest("id")
    assert (told.video_id, told.payload["changed"]) == (video.pk, ["folder"])
    make("Sea")
    answer = api.delete(f"{URL}{other}/?move_to=none")
    assert code(answer) == (409, "folder_name_taken")
    assert api.get(f"{VIDEOS}{video.pk}/").json()["folder"] == other, "all of it, or nothing"


def test_folders_are_listed_by_where_they_lie(api: APIClient, make: Make) -> None:
    b, a = make("b"), make("A")
    inner = make("inner", a)

    def listed(**query: str) -> list[str]:
        return [row["id"] for row in api.get(URL, query).json()["results"]]

    assert listed() == [inner, a, b]
    assert listed(parent="none", ordering="name") == [a, b]
    assert listed(parent=a) == [inner]
    assert listed(parent=str(uuid4())) == []
    assert code(api.get(URL, {"parent": ""})) == (400, "blank")
    assert code(api.get(URL, {"parent": "x"})) == (400, "invalid")
    first = api.get(URL, {"ordering": "-name", "page_size": "2"}).json()
    second = api.get(first["next"]).json()
    names = [row["name"] for row in first["results"] + second["results"]]
    assert names == ["inner", "b", "A"]


def test_a_list_of_folders_costs_the_same_whatever_is_in_it(
    api: APIClient, make: Make, owner: User
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert api.get(URL).status_code == 200
        return len(queries)

    top = make("top")
    few = cost()
    for number in range(12):
        inner = make(str(number), top)
        Video.objects.create(owner=owner, folder_id=inner, status="uploading")
        make("deeper", inner)
    assert cost() == few
    rows = {row["id"]: row for row in api.get(URL).json()["results"]}
    assert (rows[top]["folders"], rows[inner]["folders"], rows[inner]["videos"]) == (12, 1, 1)


def test_a_stranger_finds_no_folder_and_no_stranger_is_robbed(
    api: APIClient, make: Make, stranger: User, video: Video
) -> None:
    trips = make("Trips")
    theirs = Folder.objects.create(owner=stranger, name="Theirs")
    assert api.get(f"{URL}{theirs.pk}/").status_code == 404
    assert api.delete(f"{URL}{theirs.pk}/").status_code == 404
    taken = {"name": "a", "parent": str(theirs.pk)}
    assert code(api.post(URL, taken)) == (400, "folder_unknown")
    assert code(api.patch(f"{URL}{trips}/", {"parent": str(theirs.pk)})) == (400, "folder_unknown")
    assert code(api.delete(f"{URL}{trips}/?move_to={theirs.pk}")) == (400, "folder_unknown")
    into = {"folder": str(theirs.pk)}
    assert code(api.patch(f"{VIDEOS}{video.pk}/", into)) == (400, "folder_unknown")
    moved = {"videos": [str(video.pk)], "folder": str(theirs.pk)}
    assert code(api.post(f"{VIDEOS}move/", moved)) == (400, "folder_unknown")
    assert APIClient().get(URL).status_code == 401


def test_only_what_was_read_is_changed(api: APIClient, make: Make) -> None:
    trips = make("Trips")
    tag = api.get(f"{URL}{trips}/")["ETag"]
    make("Sea", trips)
    old = {"If-Match": tag}
    refused = api.patch(f"{URL}{trips}/", {"name": "x"}, headers=old)
    assert code(refused) == code(api.delete(f"{URL}{trips}/", headers=old))
    assert code(refused) == (412, "precondition_failed")
    tag = api.get(f"{URL}{trips}/")["ETag"]
    changed = api.patch(f"{URL}{trips}/", {"name": "x"}, headers={"If-Match": tag})
    assert changed.json()["name"] == "x"


def test_many_videos_are_moved_at_once_and_each_is_told_of(
    api: APIClient, make: Make, owner: User, stranger: User
) -> None:
    trips = make("Trips")
    first, second, trashed = (
        Video.objects.create(owner=owner, status="uploading") for _ in range(3)
    )
    api.delete(f"{VIDEOS}{trashed.pk}/")
    theirs = Video.objects.create(owner=stranger, status="uploading", visibility="public")
    sent = [str(one.pk) for one in (second, theirs, first, trashed)]
    answer = api.post(f"{VIDEOS}move/", {"videos": sent, "folder": trips})
    assert answer.status_code == 200, answer.content
    told = answer.json()["results"]
    assert [row["video"] for row in told] == sent
    assert [row["moved"] for row in told] == [True, False, True, False]
    assert told[1]["error"]["code"] == "not_found"
    assert set(Video.objects.filter(folder__name="Trips")) == {first, second}
    updated = Event.objects.filter(type="video.updated")
    assert {one.video_id for one in updated} == {first.pk, second.pk}
    again = api.post(f"{VIDEOS}move/", {"videos": sent, "folder": trips}).json()
    assert again == answer.json()
    assert updated.count() == 2, "nothing changed, nothing is told"
    back = api.post(f"{VIDEOS}move/", {"videos": sent[:1], "folder": None}).json()
    assert back["results"][0]["moved"]
    assert api.get(f"{VIDEOS}{second.pk}/").json()["folder"] is None


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"videos": []}, "invalid"),
        ({"videos": [], "folder": None}, "min_length"),
        ({"videos": ["x"], "folder": None}, "invalid"),
        ({"videos": [str(uuid4()) for _ in range(101)], "folder": None}, "max_length"),
        ({"videos": [str(uuid4())] * 2, "folder": None}, "repeated"),
        ({"videos": [str(uuid4())], "folder": ""}, "invalid"),
        ({"videos": [str(uuid4())]}, "required"),
    ],
)
def test_a_wrong_move_moves_nothing(api: APIClient, sent: dict[str, Any], wrong: str) -> None:
    answer = api.post(f"{VIDEOS}move/", sent)
    assert answer.status_code == 400
    if wrong != "invalid":
        assert answer.json()["code"] == wrong


def test_moving_a_hundred_videos_takes_as_many_queries_as_moving_one(
    api: APIClient, make: Make, owner: User
) -> None:
    def cost(number: int, folder: str) -> int:
        rows = [Video.objects.create(owner=owner, status="uploading") for _ in range(number)]
        sent = {"videos": [str(one.pk) for one in rows], "folder": folder}
        with CaptureQueriesContext(connection) as queries:
            assert all(row["moved"] for row in api.post(f"{VIDEOS}move/", sent).json()["results"])
        return len(queries)

    assert cost(100, make("many")) == cost(1, make("one"))
