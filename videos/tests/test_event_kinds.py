"""Every change is told, truly, by a kind of event that the docs name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.domain import stand_ready
from videos import purge, trash
from videos.events import kinds, log, messages
from videos.feed import closes
from videos.models import Event, Video
from videos.moderation import services as moderation
from videos.moderation.services import Seen

ROOT = Path(__file__).parents[2]
URL = "/api/v1/videos/"


def told(video: Video) -> list[Event]:
    """What was told of a video, in order."""
    log.sequence()
    return list(Event.objects.filter(video_id=video.pk).order_by("position"))


@pytest.mark.parametrize(
    ("field", "value"), [("title", "New"), ("description", "New"), ("visibility", "public")]
)
def test_an_edit_is_told_once_and_names_what_it_changed(
    api: APIClient, video: Video, field: str, value: str
) -> None:
    for _ in range(2):
        assert api.patch(f"{URL}{video.pk}/", {field: value}, format="json").status_code == 200
    [event] = [event for event in told(video) if event.type == "video.updated"]
    assert event.payload["changed"] == [field]
    row = Video.objects.get()
    assert event.payload["title"] == row.title
    assert event.payload["visibility"] == row.visibility


def test_an_edit_in_the_admin_is_told_too(client: Any, moderator: User, video: Video) -> None:
    client.force_login(moderator)
    form = {"title": "New", "description": "", "visibility": "private"}
    assert client.post(f"/admin/videos/video/{video.pk}/change/", form).status_code == 302
    assert told(video)[-1].type == "video.updated"
    assert Video.objects.get().title == "New"


def test_an_edit_of_what_was_deleted_meanwhile_is_no_edit(api: APIClient, video: Video) -> None:
    trash.discard(video)
    before = len(told(video))
    answer = api.patch(f"{URL}{video.pk}/", {"title": "New"}, format="json")
    assert answer.status_code == 404
    assert len(told(video)) == before


def test_after_a_deletion_nothing_is_told_to_play(api: APIClient, ready_video: Video) -> None:
    api.delete(f"{URL}{ready_video.pk}/")
    trash.restore(ready_video)
    stale = Video.objects.get()
    api.delete(f"{URL}{ready_video.pk}/")
    log.write("video.updated", stale)
    purge.purge(stale)
    events = told(ready_video)
    after = [(event.type, event.payload["playable"], event.payload["deleted"]) for event in events]
    assert after[-5:] == [
        ("video.deleted", False, True),
        ("video.restored", True, False),
        ("video.deleted", False, True),
        ("video.updated", False, True),
        ("video.purged", False, True),
    ]


def test_a_deletion_while_it_is_made_is_told_as_it_stands_then(
    api: APIClient, video: Video
) -> None:
    Video.objects.update(playable=True)
    api.delete(f"{URL}{video.pk}/")
    last = told(video)[-1]
    assert (last.type, last.payload["status"]) == ("video.deleted", "canceled")
    assert last.payload["playable"] is False


def test_a_decision_is_told_as_it_stands_then(video: Video, moderator: User) -> None:
    stand_ready(video)
    Video.objects.update(title="New")
    moderation.reject(Seen(video.pk, "approved"), by=moderator, code="spam")
    moderation.approve(Seen(video.pk, "rejected"), by=moderator)
    events = told(video)[-2:]
    assert [event.type for event in events] == ["moderation.rejected", "moderation.approved"]
    assert [event.payload["moderation"] for event in events] == ["rejected", "approved"]
    assert {event.payload["title"] for event in events} == {"New"}


def test_a_video_is_told_of_from_its_first_moment(video: Video) -> None:
    assert [event.type for event in told(video)] == [
        "video.created",
        "video.upload.completed",
        "job.queued",
    ]


def test_a_kind_that_stands_in_no_list_is_refused(video: Video) -> None:
    with pytest.raises(kinds.UnknownKind):
        log.write("video.nonsense", video)


def test_a_message_says_when_it_was(video: Video) -> None:
    [first, *_] = told(video)
    message = messages.message_of(first)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", message["created_at"])


def test_the_docs_name_every_kind_and_no_other() -> None:
    text = (ROOT / "docs" / "api.md").read_text()
    row = r"^\| `((?:video|moderation|upload|image|job)\.[a-z_.]+)` \| (.+?) \|.*\|$"
    rows = dict(re.findall(row, text, re.M))
    assert rows == dict(kinds.KINDS)


def test_the_docs_name_every_close_and_each_has_a_sentence_that_fits() -> None:
    text = (ROOT / "docs" / "api.md").read_text()
    rows = {int(code): said for code, said in re.findall(r"^\| (\d{4}) \| (.+?) \|$", text, re.M)}
    assert rows == dict(closes.REASONS)
    assert all(len(said.encode()) <= 123 for said in closes.REASONS.values())
