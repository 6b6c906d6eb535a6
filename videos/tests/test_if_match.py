"""A change may hang on what was read: of two who change the same, the second is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from videos.models import Video

URL = "/api/v1/videos/"


@pytest.fixture
def path(owner: User) -> str:
    """The address of a video."""
    return f"{URL}{Video.objects.create(owner=owner, title='Snow', status='uploading').pk}/"


@pytest.mark.parametrize("gzipped", [False, True])
def test_the_second_of_two_is_told(api: APIClient, path: str, gzipped: bool) -> None:
    encoding = "gzip" if gzipped else "identity"
    seen = api.get(path, HTTP_ACCEPT_ENCODING=encoding)["ETag"]
    first = api.patch(path, {"title": "Ice"}, format="json", HTTP_IF_MATCH=seen)
    assert (first.status_code, first.json()["title"]) == (200, "Ice")
    second = api.patch(path, {"title": "Rain"}, format="json", HTTP_IF_MATCH=seen)
    assert (second.status_code, second.json()["code"]) == (412, "precondition_failed")
    for query in ("", "?purge=true"):
        assert api.delete(path + query, HTTP_IF_MATCH=seen).status_code == 412
    assert Video.objects.get().title == "Ice"
    again = api.patch(path, {"title": "Rain"}, format="json", HTTP_IF_MATCH=first["ETag"])
    assert again.json()["title"] == "Rain"
    assert api.delete(path, HTTP_IF_MATCH=f'"x", {again["ETag"]}').status_code == 204


@pytest.mark.parametrize(("tag", "status"), [("*", 200), ('"x"', 412), ("", 412), ("x,,", 412)])
def test_what_names_nothing_that_is_there_matches_nothing(
    api: APIClient, path: str, tag: str, status: int
) -> None:
    answer = api.patch(path, {"title": "Ice"}, format="json", HTTP_IF_MATCH=tag)
    assert answer.status_code == status


def test_who_may_not_change_it_learns_nothing_by_it(
    client: Client, path: str, stranger: User
) -> None:
    answer = client.patch(path, "{}", "application/json", HTTP_IF_MATCH='"x"')
    assert answer.status_code == 401


def test_a_jobs_priority_hangs_on_it_too(
    as_user: Callable[[User], APIClient], moderator: User, video: Video
) -> None:
    api = as_user(moderator)
    [job] = api.get("/api/v1/jobs/").json()["results"]
    path = f"/api/v1/jobs/{job['id']}/"
    seen = api.get(path)["ETag"]
    assert api.patch(path, {"priority": 1}, format="json", HTTP_IF_MATCH=seen).status_code == 200
    answer = api.patch(path, {"priority": 2}, format="json", HTTP_IF_MATCH=seen)
    assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")
