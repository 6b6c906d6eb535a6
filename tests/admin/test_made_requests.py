"""Requests that no page of the admin sends: made by hand, stale, or overtaken by somebody."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.models import User
from processing.models import Run
from tests import staff
from videos import editing
from videos.models import Video

LIST = "/admin/videos/video/"
RUNS = "/admin/processing/job/"
LISTS = sorted(
    reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for model in admin.site._registry
)
ACTIONS = ("cancel", "revoke", "delete_selected", "make_default")
NOT_THERE = "Your choice is no longer here"
DELETED = "2026-01-01T00:00:00Z"


@pytest.fixture
def desk(moderator: User) -> Client:
    client = Client()
    client.force_login(moderator)
    return client


@pytest.mark.sampled(8)
@pytest.mark.parametrize("url", LISTS)
def test_what_is_no_key_chooses_nothing(desk: Client, url: str) -> None:
    for action in ACTIONS:
        for key in ("abc", "", "\0", "9" * 400):
            chosen = {"action": action, "_selected_action": [key], "confirmed": "yes"}
            assert desk.post(url, chosen).status_code in (200, 302), (action, key)
    for key in ("abc", "%00", "1'", "9" * 50):
        for page in ("change", "history", "delete"):
            assert desk.get(f"{url}{key}/{page}/").status_code in (302, 403, 404), (key, page)


_GUESSES = (
    *("password__startswith=p", "digest__startswith=a", "context__title__startswith=S"),
    *("owner__password__startswith=p", "user__password__startswith=p", "title__startswith=A"),
    *("title__regex=(", "playback_id__startswith=a", "created_at__year=99999", "id__in=a,b"),
    *("status__regex=(", "to__password__startswith=p", "error_code__startswith=a", "pk__gt=0"),
)


@pytest.mark.sampled(8)
@pytest.mark.parametrize("url", LISTS)
def test_a_list_is_narrowed_by_its_own_filters_alone(desk: Client, url: str) -> None:
    for asked in _GUESSES:
        answer = desk.get(f"{url}?{asked}")
        assert answer.status_code in (302, 400), asked
        assert answer.status_code == 400 or answer["Location"].endswith("?e=1")
    for asked in ("q=%00", "p=x", "p=-1", "p=" + "9" * 20, "o=99", "e=1", "error_code=%00", "all="):
        assert desk.get(f"{url}?{asked}").status_code in (200, 302), asked


@pytest.mark.sampled(8)
@pytest.mark.parametrize("url", LISTS)
def test_a_filter_by_a_nul_is_no_filter(desk: Client, url: str) -> None:
    for name in set(re.findall(r'href="\?(\w+)=', desk.get(url).content.decode())):
        for asked in (f"{name}=%00", f"{name}=%00&{name}=a", f"{name}=a&{name}=%00"):
            answer = desk.get(f"{url}?{asked}")
            assert answer.status_code == 302, asked
            assert answer["Location"].endswith("?e=1")


def test_filters_and_links_narrow(desk: Client, video: Video) -> None:
    run = Run.objects.get()
    for asked in (f"video__id__exact={video.pk}", "status__exact=queued", "kind__exact=ingest"):
        answer = desk.get(f"{RUNS}?{asked}")
        assert answer.status_code == 200, asked
    assert str(run.pk) in desk.get(f"{RUNS}?video__id__exact={video.pk}").content.decode()
    Run.objects.update(status="failed", error_code="lost")
    for asked in ("error_code=lost", "status__exact=failed&error_code=lost"):
        assert str(run.pk) in desk.get(f"{RUNS}?{asked}").content.decode(), asked
    assert desk.get("/admin/accounts/user/?groups__id__exact=1").status_code == 200
    assert desk.get("/admin/accounts/apikey/?revoked_at__isempty=1").status_code == 200


@pytest.mark.sampled(1)
@pytest.mark.parametrize("word", ["a ", "ж "])
def test_a_search_of_any_length_is_answered(desk: Client, video: Video, word: str) -> None:
    for url in (LIST, RUNS):
        assert desk.get(url, {"q": word * 2000}).status_code == 200


def test_what_was_deleted_meanwhile_is_told(desk: Client, video: Video) -> None:
    Video.objects.update(deleted_at=DELETED)
    for confirmed in ({}, {"confirmed": "yes"}):
        chosen = {"action": "cancel", "_selected_action": [str(video.pk)], **confirmed}
        page = desk.post(LIST, chosen, follow=True).content.decode()
        assert NOT_THERE in page
        assert 'class="chosen"' not in page


def test_what_goes_while_it_is_acted_on_is_told(
    desk: Client, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*args: Any, **kwargs: Any) -> None:
        raise Video.DoesNotExist

    monkeypatch.setattr("videos.trash.restore", gone)
    monkeypatch.setattr("processing.services.cancel", gone)
    chosen = {"action": "cancel", "_selected_action": [str(video.pk)], "confirmed": "yes"}
    page = desk.post(LIST, chosen, follow=True).content.decode()
    assert "“A clip”: was deleted meanwhile." in page
    assert not LogEntry.objects.exists()


def test_a_job_of_a_deleted_video_is_not_retried(desk: Client, video: Video) -> None:
    run = Run.objects.get()
    Run.objects.update(status="failed", error_code="lost")
    Video.objects.update(status="failed", error_code="lost", deleted_at=DELETED)
    chosen = {"action": "retry", "_selected_action": [str(run.pk)], "confirmed": "yes"}
    page = desk.post(RUNS, chosen, follow=True).content.decode()
    assert "its video is in the trash: restore it first." in page


def test_an_edit_of_what_is_deleted_meanwhile_is_refused(
    desk: Client, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = editing.edit

    def quicker(row: Video, **fields: Any) -> Video:
        Video.objects.update(deleted_at=DELETED)
        return edit(row, **fields)

    monkeypatch.setattr(editing, "edit", quicker)
    form = {"title": "New", "description": "", "visibility": "private"}
    page = desk.post(f"{LIST}{video.pk}/change/", form, follow=True).content.decode()
    assert "It was deleted in the meantime, so nothing was changed." in page
    assert not LogEntry.objects.exists()


def test_what_is_done_and_its_line_in_the_history_stand_or_fall_together(
    desk: Client, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*args: Any, **kwargs: Any) -> None:
        raise ConnectionAbortedError

    monkeypatch.setattr(LogEntry.objects, "log_actions", dies)
    desk.raise_request_exception = False
    for action, filled in (("reject", {"code": "spam"}), ("trash", {}), ("cancel", {})):
        chosen = {"action": action, "_selected_action": [str(video.pk)], "confirmed": "yes"}
        assert desk.post(LIST, chosen | filled).status_code == 500
        video.refresh_from_db()
        stands = (video.moderation, video.status, video.deleted_at)
        assert stands == ("approved", "processing", None), action


def test_rows_cannot_be_edited_in_a_list(desk: Client, video: Video) -> None:
    form = {
        **{"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": str(video.pk)},
        **{"form-0-title": "Taken over", "_save": "Save"},
    }
    desk.post(LIST, form)
    assert Video.objects.get().title == "A clip"


def test_a_form_takes_no_more_than_it_shows(desk: Client, video: Video) -> None:
    other = staff.only_a_moderator()
    form = {
        **{"title": "New", "description": "", "visibility": "private", "owner": str(other.pk)},
        **{"moderation": "rejected", "status": "ready", "playback_id": "x", "playable": "on"},
    }
    assert desk.post(f"{LIST}{video.pk}/change/", form).status_code == 302
    now = Video.objects.get()
    assert (now.title, now.owner_id, now.moderation) == ("New", video.owner_id, "approved")
    assert (now.status, now.playback_id, now.playable) == ("processing", video.playback_id, False)
