"""The admin as an administrator uses it."""

import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import ApiKey, User
from processing.models import Run
from videos.models import Video

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
OURS = [m for m in MODELS if m._meta.app_label in ("accounts", "videos", "processing")]


@pytest.fixture
def desk(moderator: User) -> Client:
    """An administrator's browser."""
    client = Client()
    client.force_login(moderator)
    return client


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_list_and_page_opens(desk: Client, ready_video: Video, model: type) -> None:
    meta = model._meta  # type: ignore[attr-defined]  # a model's
    listing = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    assert desk.get(listing).status_code == 200
    assert desk.get(listing, {"q": "clip"}).status_code in (200, 302)
    row = model._default_manager.first()  # type: ignore[attr-defined]  # a model's
    if row is not None:
        page = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
        assert desk.get(page).status_code == 200


def test_the_list_of_videos_costs_the_same_whatever_its_length(
    desk: Client, ready_video: Video, django_assert_max_num_queries: object
) -> None:
    url = reverse("admin:videos_video_changelist")
    desk.get(reverse("account"))  # the first page of a session notes it
    with django_assert_max_num_queries(12):  # type: ignore[operator]  # a pytest-django fixture
        desk.get(url)


def _act(desk: Client, action: str, *videos: Video) -> None:
    url = reverse("admin:videos_video_changelist")
    chosen = {"action": action, "_selected_action": [str(video.pk) for video in videos]}
    assert "confirmed" in desk.post(url, chosen).content.decode()
    filled = {"confirmed": "yes", "code": "spam", "message": "", "reason": "because"}
    assert desk.post(url, chosen | filled, follow=True).status_code == 200


def test_approve_and_reject(desk: Client, ready_video: Video) -> None:
    _act(desk, "reject", ready_video)
    ready_video.refresh_from_db()
    assert ready_video.moderation == Video.Moderation.REJECTED
    _act(desk, "approve", ready_video)
    ready_video.refresh_from_db()
    assert ready_video.moderation == Video.Moderation.APPROVED


def test_reprocess_and_cancel(desk: Client, ready_video: Video) -> None:
    _act(desk, "reprocess", ready_video)
    assert Run.objects.filter(status=Run.Status.QUEUED).count() == 1
    _act(desk, "cancel", ready_video)
    assert not Run.objects.filter(status__in=Run.ACTIVE).exists()
    ready_video.refresh_from_db()
    assert ready_video.status == Video.Status.READY


def test_an_edit_writes_only_what_was_changed(desk: Client, video: Video) -> None:
    page = reverse("admin:videos_video_change", args=[video.pk])
    Video.objects.update(playable=True)
    form = {"title": "New", "description": "", "visibility": "private"}
    assert desk.post(page, form).status_code == 302
    video.refresh_from_db()
    assert (video.title, video.playable, video.status) == ("New", True, "processing")


def test_a_page_that_is_old_changes_nothing_back(desk: Client, video: Video) -> None:
    Video.objects.update(title="Old", description="two\nlines")
    page = reverse("admin:videos_video_change", args=[video.pk])
    answer = desk.get(page)
    form = answer.context["adminform"].form
    shown = {name: form[name].value() for name in form.fields}
    shown |= {f"initial-{name}": value for name, value in shown.items()}
    assert 'name="initial-title"' in answer.content.decode()
    Video.objects.update(title="By its owner")
    assert desk.post(page, shown | {"visibility": "unlisted"}).status_code == 302
    video.refresh_from_db()
    assert (video.title, video.visibility) == ("By its owner", "unlisted")


def test_an_api_key_is_issued_and_shown_once(desk: Client, owner: User) -> None:
    url = reverse("admin:accounts_apikey_add")
    form = {"user": str(owner.pk), "name": "app", "allowed": ["read"], "lives": "365"}
    shown = desk.post(url, form, follow=True)
    assert re.search(r"vl_[\w-]{40,}", shown.content.decode())
    listing = desk.get(reverse("admin:accounts_apikey_changelist"))
    assert not re.search(r"vl_[\w-]{40,}", listing.content.decode())
    assert ApiKey.objects.get().user == owner


def test_who_is_not_staff_does_not_get_in(owner: User) -> None:
    client = Client()
    client.force_login(owner)
    assert client.get(reverse("admin:videos_video_changelist")).status_code == 302
