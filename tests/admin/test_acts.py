"""What staff can do in the admin: by permission, after a question, told and written down."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts import api_keys
from accounts.models import AuditEntry, User
from processing.models import Run, Task
from tests import staff
from videos.models import ModerationDecision, Picture, Source, Video

LIST = "/admin/videos/video/"
JOBS = "/admin/processing/job/"
Pending, Approved, Rejected = Video.Moderation


def _desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _ask(desk: Client, action: str, *rows: Any, url: str = LIST, **filled: str) -> str:
    chosen = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return desk.post(url, chosen | filled, follow=True).content.decode()


def _do(desk: Client, action: str, *rows: Any, url: str = LIST, **filled: str) -> str:
    return _ask(desk, action, *rows, url=url, confirmed="yes", **filled)


_DEEDS = {
    "videos.moderate_video": {"approve", "reject"},
    "videos.reprocess_video": {"reprocess", "reprocess_default", "pictures", "transcribe"},
    "videos.cancel_video": {"cancel"},
    "videos.change_video": {"poster", "rotate_playback"},
    "videos.delete_video": {"trash", "purge", "restore"},
}


@pytest.mark.parametrize("held", [None, *_DEEDS])
def test_each_action_is_offered_and_done_by_its_permission_alone(
    video: Video, held: str | None
) -> None:
    desk = _desk(staff.staff("x@example.com", "videos.view_video", *([held] if held else [])))
    page = desk.get(LIST).content.decode()
    for right, actions in _DEEDS.items():
        for action in actions:
            assert (f'value="{action}"' in page) is (right == held), action
            if right != held:
                _do(desk, action, video, code="spam")
    video.refresh_from_db()
    untouched = (video.moderation, video.status, video.deleted_at, video.playback_generation)
    assert untouched == (Approved, "processing", None, 0)
    assert Run.objects.count() == 1
    assert not LogEntry.objects.exists()


def test_jobs_and_keys_by_permission_too(video: Video, owner: User) -> None:
    run, (key, _) = Run.objects.get(), api_keys.issue(owner, name="key")
    desk = _desk(staff.viewer_only())
    for action in ("cancel", "retry", "hurry"):
        assert f'value="{action}"' not in desk.get(JOBS).content.decode()
        _do(desk, action, run, url=JOBS)
    _do(desk, "revoke", key, url="/admin/accounts/apikey/")
    run.refresh_from_db()
    key.refresh_from_db()
    assert (run.status, run.priority, key.revoked_at) == ("queued", 0, None)


def test_it_asks_first_and_says_what_about(video: Video, moderator: User) -> None:
    desk = _desk(moderator)
    page = _ask(desk, "cancel", video)
    assert "A clip" in page
    assert "The upload or the job of these videos is stopped." in page
    video.refresh_from_db()
    assert video.status == "processing"


def test_it_writes_down_who_and_why(video: Video, moderator: User) -> None:
    desk = _desk(moderator)
    _do(desk, "cancel", video, reason="It was a test.")
    history = desk.get(f"{LIST}{video.pk}/history/").content.decode()
    assert "Cancel: It was a test." in history
    assert moderator.email in history


def test_refusals_are_warnings_that_name_which(video: Video, moderator: User) -> None:
    page = _do(_desk(moderator), "reprocess", video)
    assert "“A clip”: is being processed already." in page
    assert 'class="warning"' in page
    assert 'class="success"' not in page
    Video.objects.update(source=None, status="canceled")
    Run.objects.all().delete()
    assert "“A clip”: has no stored original." in _do(_desk(moderator), "reprocess", video)


def test_a_moderator_decides_in_the_list(video: Video) -> None:
    judge = staff.only_a_moderator()
    page = _do(_desk(judge), "reject", video, code="other")
    assert "Write a sentence that tells the owner why." in page
    page = _do(_desk(judge), "reject", video, code="other", message="No sound.")
    assert "1 video rejected." in page
    decision = ModerationDecision.objects.get()
    assert (decision.by, decision.code, decision.message) == (judge, "other", "No sound.")


def test_what_was_decided_since_the_question_is_not_undone(video: Video) -> None:
    judge = staff.only_a_moderator()
    Video.objects.update(moderation=Rejected)
    page = _do(_desk(judge), "reject", video, code="spam", **{f"seen-{video.pk}": Approved})
    assert f"“A clip”: was {Rejected} meanwhile" in page
    assert not ModerationDecision.objects.exists()


def test_the_log_of_decisions_is_read_only(video: Video, moderator: User) -> None:
    desk = _desk(moderator)
    _do(desk, "reject", video, code="spam")
    decision = ModerationDecision.objects.get()
    address = f"/admin/videos/moderationdecision/{decision.pk}/"
    assert desk.post(f"{address}change/", {"message": "x"}).status_code == 403
    assert desk.post(f"{address}delete/", {"post": "yes"}).status_code == 403
    assert desk.get("/admin/videos/moderationdecision/add/").status_code == 403
    assert moderator.email in desk.get("/admin/videos/moderationdecision/").content.decode()


def test_deleted_videos_stand_apart_and_come_back(video: Video, moderator: User) -> None:
    desk = _desk(moderator)
    _do(desk, "trash", video)
    assert "A clip" not in desk.get(LIST).content.decode()
    deleted = desk.get(f"{LIST}?deleted=yes").content.decode()
    assert "A clip" in deleted
    assert 'data-status="deleted"' in deleted
    page = desk.get(f"{LIST}{video.pk}/change/").content.decode()
    assert 'value="restore"' in page
    assert 'value="approve"' not in page
    _do(desk, "restore", video, url=f"{LIST}?deleted=all")
    assert "A clip" in desk.get(LIST).content.decode()


def test_a_user_with_videos_can_be_deleted_after_them(video: Video, moderator: User) -> None:
    desk, owner = _desk(moderator), video.owner
    address = f"/admin/accounts/user/{owner.pk}/delete/"
    page = desk.get(address).content.decode()
    assert "1 video of owner@example.com" in page
    assert "delete them for good" in page
    assert "permission" not in page
    _do(desk, "purge", video, url=f"{LIST}?deleted=all")
    assert not Source.objects.exists()
    assert desk.post(address, {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=owner.pk).exists()


def test_no_page_shows_python_or_json(video: Video, moderator: User) -> None:
    desk = _desk(moderator)
    run = Run.objects.get()
    pages = [
        f"{LIST}{video.pk}/change/",
        LIST,
        JOBS,
        f"{JOBS}{run.pk}/change/",
        f"/admin/processing/task/{run.tasks.all()[0].pk}/change/",
        f"/admin/videos/source/{video.source_id}/change/",
        "/admin/videos/upload/",
        "/admin/",
    ]
    for path in pages:
        page = desk.get(path).content.decode()
        for sign in ("(&#x27;", "[&#x27;", "{&#x27;", "{&quot;", "&lt;QuerySet", "None</"):
            assert sign not in _shown(page), (path, sign)


def _shown(page: str) -> str:
    """A page without what its scripts and forms alone read."""
    return re.sub(r'data-inline-formset="[^"]*"', "", page).replace('value="{', "")


@pytest.mark.parametrize("words", ["интервью", "ИНТЕРВЬЮ", "Интервью первое", "été"])
def test_search_finds_any_script_in_either_case(video: Video, moderator: User, words: str) -> None:
    Video.objects.update(title="Интервью первое, Été")
    assert str(video.pk) in _desk(moderator).get(LIST, {"q": words}).content.decode()


@pytest.mark.parametrize("name", ["filename", "id", "owner"])
def test_search_finds_file_names_owners_and_ids(video: Video, moderator: User, name: str) -> None:
    Source.objects.update(filename="Urlaub_2026.MOV")
    words = {"filename": "urlaub", "id": str(video.pk), "owner": "OWNER@example"}[name]
    assert "A clip" in _desk(moderator).get(LIST, {"q": words}).content.decode()
    assert "A clip" not in _desk(moderator).get(LIST, {"q": f"{words} nowhere"}).content.decode()


def test_more_than_can_be_done_at_once_is_refused(
    video: Video, moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.admin.acts.AT_ONCE", 0)
    assert "Choose fewer" in _do(_desk(moderator), "cancel", video)
    video.refresh_from_db()
    assert video.status == "processing"


def test_a_poster_is_chosen_by_its_second_and_taken_back(
    ready_video: Video, moderator: User
) -> None:
    desk = _desk(moderator)
    said = _do(desk, "poster", ready_video, time="1.5")
    assert "1 video showing another poster." in said
    assert Video.objects.get().own_poster
    assert "ends before that second." in _do(desk, "poster", ready_video, time="99")
    assert "1 video showing another poster." in _do(desk, "poster", ready_video, time="")
    assert Video.objects.get().own_poster is None


@pytest.mark.usefixtures("every_picture")
@pytest.mark.usefixtures("every_picture")
def test_a_still_of_the_page_is_chosen_as_the_poster(ready_video: Video, moderator: User) -> None:
    desk = _desk(moderator)
    page = desk.get(f"{LIST}{ready_video.pk}/change/").content.decode()
    assert "chosen by hand" not in page
    offered = re.findall(r'name="time" value="([^"]+)"', page)
    stills = Picture.objects.filter(name__startswith="candidate-")
    assert len(offered) == stills.count() - 1  # not the one that is the poster
    second = offered[-1]
    assert float(second) in stills.values_list("facts__time", flat=True)
    asked = _ask(desk, "poster", ready_video, time=second)
    assert f'value="{second}"' in asked
    assert "1 video showing another poster." in _do(desk, "poster", ready_video, time=second)
    assert "chosen by hand" in desk.get(f"{LIST}{ready_video.pk}/change/").content.decode()


@pytest.mark.usefixtures("every_picture")
def test_pictures_of_the_chosen_kinds_are_made_again(
    ready_video: Video, moderator: User, work_off: Callable[[], None]
) -> None:
    desk = _desk(moderator)
    page = _ask(desk, "pictures", ready_video)
    assert "The videos stay ready." in page
    assert 'value="thumbnails"' in page
    assert "Choose at least one kind." in _do(desk, "pictures", ready_video)
    assert Run.objects.get().status == "succeeded"
    assert "1 video getting new pictures." in _do(desk, "pictures", ready_video, kinds="thumbnails")
    assert "is being processed already." in _do(desk, "pictures", ready_video, kinds="poster")
    ready = Task.objects.filter(state=Task.State.READY)
    assert list(ready.values_list("kind", flat=True)) == ["thumbnails"]
    history = desk.get(f"{LIST}{ready_video.pk}/history/").content.decode()
    assert "Make pictures again: thumbnails" in history
    work_off()
    assert Run.objects.get().status == "succeeded"


def test_addresses_are_replaced_after_a_question_that_says_what_breaks(
    ready_video: Video, moderator: User
) -> None:
    desk = _desk(moderator)
    assert 'value="rotate_playback"' in desk.get(f"{LIST}{ready_video.pk}/change/").content.decode()
    page = _ask(desk, "rotate_playback", ready_video)
    assert "stops working within seconds" in page
    assert Video.objects.get().playback_generation == 0
    page = _do(desk, "rotate_playback", ready_video, reason="A link was passed on.")
    assert "1 video given other addresses." in page
    assert Video.objects.get().playback_generation == 1
    entry = AuditEntry.objects.get(target_kind="video")
    assert (entry.action, entry.actor) == ("video.playback_rotated", moderator)
    assert entry.details == {"reason": "A link was passed on."}
    history = desk.get(f"{LIST}{ready_video.pk}/history/").content.decode()
    assert "Replace addresses: A link was passed on." in history


def test_a_video_in_the_trash_keeps_its_addresses(video: Video, moderator: User) -> None:
    desk = _desk(moderator)
    _do(desk, "trash", video)
    page = _do(desk, "rotate_playback", video, url=f"{LIST}?deleted=yes")
    assert "“A clip”: is deleted, so its addresses open nothing." in page
    assert Video.objects.get().playback_generation == 0
