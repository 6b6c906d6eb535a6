"""The event log by page, for polling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from tests.staff import staff
from videos.events import log, retention
from videos.models import Event, Video

LIST = "/api/v1/events/list/"
AsUser = Callable[[User], APIClient]


@pytest.fixture
def told(owner: User) -> Callable[..., Video]:
    """Makes a video of which some events tell."""

    def make(events: int = 1, user: User = owner, **members: Any) -> Video:
        video = Video.objects.create(owner=user, **members)
        for _ in range(events):
            log.write("video.updated", video, changed=["title"])
        log.sequence()
        return video

    return make


def page(client: APIClient, **query: Any) -> dict[str, Any]:
    answer = client.get(LIST, query)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_pages_follow_each_other_without_gap_or_repetition(
    owner: User, as_user: AsUser, told: Callable[..., Video]
) -> None:
    told(events=7)
    client, seen = as_user(owner), []
    since: dict[str, str] = {}
    for more in (True, True, False):
        found = page(client, limit=3, **since)
        seen += [one["cursor"] for one in found["results"]]
        since = {"since": found["cursor"]}
        assert found["has_more"] is more
    assert seen == [f"e{number:x}" for number in range(1, 8)]
    assert page(client, **since)["results"] == []


def test_the_last_cursor_passes_what_others_did(
    owner: User, stranger: User, as_user: AsUser, told: Callable[..., Video]
) -> None:
    told(events=5, user=stranger)
    found = page(as_user(owner))
    assert found == {"results": [], "cursor": "e5", "has_more": False}


def test_one_can_begin_now(owner: User, as_user: AsUser, told: Callable[..., Video]) -> None:
    told(events=2)
    found = page(as_user(owner), since="now")
    assert found == {"results": [], "cursor": "e2", "has_more": False}
    told()
    assert len(page(as_user(owner), since=found["cursor"])["results"]) == 1


def test_one_video_alone(owner: User, as_user: AsUser, told: Callable[..., Video]) -> None:
    one, _ = told(), told()
    assert [found["video"] for found in page(as_user(owner), video=one.pk)["results"]] == [
        str(one.pk)
    ]


def test_strangers_read_of_an_open_video_what_its_page_tells(
    stranger: User, as_user: AsUser, told: Callable[..., Video]
) -> None:
    video = told()
    log.write("job.queued", video, job=str(uuid4()), kind="encode")
    Video.objects.filter(pk=video.pk).update(visibility="public", error_code="x")
    log.write("video.updated", video, changed=["visibility", "folder"])
    log.sequence()
    found = page(as_user(stranger), video=video.pk)
    assert len(found["results"]) == 1  # nothing of the time before it was open
    assert found["results"][0]["payload"]["changed"] == ["visibility"]
    assert found["results"][0]["payload"]["error"] is None


def test_staff_read_all_that_they_may_see(
    owner: User, as_user: AsUser, told: Callable[..., Video]
) -> None:
    shown = told()
    told(moderation="pending")
    viewer = staff("viewer@example.com", "videos.view_video")
    found = page(as_user(viewer), all="true")
    assert [one["video"] for one in found["results"]] == [str(shown.pk)]
    assert as_user(owner).get(LIST, {"all": "true"}).json()["code"] == "permission_denied"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"since": "x"}, 400, "bad_cursor"),
        ({"since": "e99"}, 400, "bad_cursor"),
        ({"limit": "0"}, 400, "invalid"),
        ({"limit": "501"}, 400, "invalid"),
        ({"limit": "-1"}, 400, "invalid"),
        ({"limit": "٣"}, 400, "invalid"),
        ({"video": "x"}, 400, "invalid"),
        ({"video": str(uuid4())}, 404, "not_found"),
        ({"video": str(uuid4()), "all": "true"}, 400, "invalid"),
        ({"page": "1"}, 400, "unknown_parameter"),
        ({"limit": ""}, 400, "blank"),
    ],
)
def test_it_is_strict(
    owner: User, as_user: AsUser, query: dict[str, str], status: int, code: str
) -> None:
    answer = as_user(owner).get(LIST, query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_cursor_that_is_too_old_is_gone(
    owner: User, as_user: AsUser, told: Callable[..., Video], settings: LazySettings
) -> None:
    told(events=3)
    settings.KEEP_EVENTS_DAYS = 1
    Event.objects.filter(position__lte=2).update(created_at="2020-01-01T00:00:00Z")
    retention.prune_events()
    answer = as_user(owner).get(LIST, {"since": "e1"})
    assert (answer.status_code, answer.json()["code"]) == (410, "cursor_expired")
    assert len(page(as_user(owner))["results"]) == 1


def test_the_number_of_queries_is_constant(
    owner: User, as_user: AsUser, told: Callable[..., Video]
) -> None:
    client, counts = as_user(owner), []
    page(client)  # the first request notes the use of the key
    for events in (1, 30):
        told(events=events)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(client)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
