"""A video that is not approved shows nowhere to staff who may look at everything else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from processing.models import Task, Worker
from tests import staff
from videos import purge
from videos.models import Source, Video
from videos.moderation import services as moderation

LIST = "/admin/videos/video/"
NAME = "hush-hush"


def _desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def viewer(db: None) -> Client:
    return _desk(staff.viewer_only())


@pytest.fixture
def hidden(video: Video, moderator: User) -> Video:
    """One that a moderator rejected, edited and had canceled before, and a worker works on."""
    Video.objects.update(title=NAME)
    Source.objects.update(filename=f"{NAME}.mp4")
    desk = _desk(moderator)
    form = {"title": f"{NAME} anew", "description": "", "visibility": "public"}
    desk.post(f"{LIST}{video.pk}/change/", form)
    chosen = {"action": "reject", "_selected_action": [str(video.pk)], "confirmed": "yes"}
    desk.post(LIST, {**chosen, "code": "other", "message": f"It is {NAME}."})
    now = timezone.now()
    task = Task.objects.all()[0]
    Worker.objects.create(name="worker", started_at=now, last_seen=now, current_task=task)
    return Video.objects.get()


def _list_of(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def _pages() -> Iterator[str]:
    yield "/admin/"
    for model in admin.site._registry:
        listing = _list_of(model)
        yield listing
        for row in model._default_manager.all()[:20]:
            yield from (f"{listing}{row.pk}/{page}/" for page in ("change", "history"))


def test_no_page_of_the_admin_names_it(hidden: Video, viewer: Client, moderator: User) -> None:
    for path in _pages():
        answer = viewer.get(path)
        assert answer.status_code in (200, 302, 403), path
        page = answer.content.decode().replace(f"ID “{hidden.pk}”", "")
        assert NAME not in page, path
        assert str(hidden.pk) not in page, path
    assert viewer.get("/admin/processing/worker/").status_code == 200
    judge = _desk(moderator)
    seen = ("videos/video", "videos/source", "videos/moderationdecision", "admin/logentry")
    for path in (*seen, "processing/worker", "processing/job", "videos/event"):
        assert NAME in judge.get(f"/admin/{path}/").content.decode(), path


def test_no_search_finds_it(hidden: Video, viewer: Client) -> None:
    for model in admin.site._registry:
        listing = _list_of(model)
        found, nothing = (
            viewer.get(listing, {"q": words}).content.decode().replace(words, "")
            for words in (NAME, "nowhere")
        )
        assert found.count("<tr") == nothing.count("<tr"), listing


def test_nor_once_it_is_purged(hidden: Video, viewer: Client) -> None:
    purge.purge(hidden)
    for path in _pages():
        assert NAME not in viewer.get(path).content.decode(), path


def test_what_is_approved_shows(video: Video, viewer: Client, moderator: User) -> None:
    Video.objects.update(title=NAME)
    moderation.reject(moderation.Seen(video.pk, "approved"), by=moderator, code="spam")
    Video.objects.update(moderation="approved")
    for path in ("videos/video", "videos/moderationdecision", "videos/event", "processing/job"):
        assert NAME in viewer.get(f"/admin/{path}/").content.decode(), path


def test_a_moderator_sees_it_everywhere(hidden: Video) -> None:
    judge = _desk(staff.only_a_moderator())
    for path in ("videos/video", "videos/moderationdecision"):
        assert NAME in judge.get(f"/admin/{path}/").content.decode(), path
