"""Tracks in the admin: listed, found, looked into, and deleted with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import User
from processing.captions.document import Cue, Document, Notice
from tests import staff
from videos.models import Event, Track, Video
from videos.tracks import services

LIST = "/admin/videos/track/"
SEES = ("videos.view_video", "videos.view_track")


def desk_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def add(video: Video, **facts: Any) -> Track:
    notice = Notice("captions_styling_dropped", {"count": 2, "line": 7})
    text = Document((Cue(0, 1000, "Hello"),), notices=(notice,))
    told = {"kind": "captions", "origin": "file", "language": "en", "label": "For all", **facts}
    return services.add(video.pk, text=text, **told)


def ask(desk: Client, track: Track, **filled: str) -> str:
    chosen = {"action": "delete_track", "_selected_action": [str(track.pk)], **filled}
    return desk.post(LIST, chosen, follow=True).content.decode()


@pytest.mark.parametrize("asked", ["for all", "owner@example", "{track.pk}", "{video.pk}"])
def test_tracks_are_found_by_name_owner_and_id(video: Video, moderator: User, asked: str) -> None:
    track = add(video)
    desk = desk_of(moderator)
    assert "For all" in desk.get(LIST, {"q": asked.format(track=track, video=video)}).text
    assert "For all" not in desk.get(LIST, {"q": "nothing of the kind"}).text


def test_the_page_tells_what_a_track_is_and_leads_to_its_editor(
    video: Video, moderator: User
) -> None:
    track = add(video)
    editor = f"/watch/{video.pk}/tracks/{track.pk}/edit/"
    page = desk_of(moderator).get(f"{LIST}{track.pk}/change/").text
    assert "1 cue " in page and editor in page and "captions_styling_dropped" in page
    assert editor in desk_of(moderator).get(f"/admin/videos/video/{video.pk}/change/").text


def test_who_may_only_look_sees_no_way_to_change(video: Video) -> None:
    track = add(video)
    services.fail(add(video, label="Broken"), "captions_pictures", "They are pictures.")
    desk = desk_of(staff.staff("x@example.com", *SEES))
    page = desk.get(f"/admin/videos/video/{video.pk}/change/").text
    assert "For all" in page and "captions_pictures" in page
    assert f"tracks/{track.pk}/edit/" not in page
    ask(desk, track, confirmed="yes")
    assert Track.objects.count() == 2
    blind = desk_of(staff.staff("y@example.com", "videos.view_video"))
    assert "For all" not in blind.get(f"/admin/videos/video/{video.pk}/change/").text
    assert blind.get(LIST).status_code == 403


def test_deleting_asks_first_and_its_reason_is_written_down(video: Video) -> None:
    track = add(video)
    editor = staff.staff("x@example.com", *SEES, "videos.change_video")
    desk = desk_of(editor)
    assert "their text is gone for good" in ask(desk, track)
    assert Track.objects.exists()
    assert "1 track deleted" in ask(desk, track, confirmed="yes", reason="In the wrong language")
    assert not Track.objects.exists()
    entry = LogEntry.objects.get()
    assert entry.user == editor and entry.object_id == str(track.pk)
    assert entry.get_change_message() == "Delete: In the wrong language"
    assert Event.objects.filter(type="video.track.deleted").count() == 1


def test_a_track_of_a_video_in_the_trash_stays(video: Video, moderator: User) -> None:
    track = add(video)
    Video.objects.update(deleted_at=video.created_at)
    told = ask(desk_of(moderator), track, confirmed="yes")
    assert "belongs to a video in the trash" in told
    assert Track.objects.exists()
