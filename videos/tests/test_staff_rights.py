"""What staff may do with others' videos: by pages and API, each right alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from processing.models import Run
from tests import staff
from videos import access
from videos.models import Video

URL = "/api/v1/videos/"
Approved = Video.Moderation.APPROVED


def test_being_staff_gives_nothing(
    video: Video, as_user: Callable[[User], APIClient], client: Client
) -> None:
    nobody = staff.staff("staff-alone@example.com")
    assert not access.visible_to(nobody).exists()
    api = as_user(nobody)
    assert api.get(f"{URL}{video.pk}/").status_code == 404
    assert api.delete(f"{URL}{video.pk}/").status_code == 404
    assert api.post("/api/v1/jobs/", {"video": str(video.pk)}, format="json").status_code == 404
    assert api.get("/api/v1/jobs/").json()["results"] == []
    client.force_login(nobody)
    assert client.get(f"/watch/{video.pk}/").status_code == 404


def test_a_right_without_being_staff_gives_nothing(video: Video) -> None:
    user = staff.staff("was-staff@example.com", "videos.view_video", "videos.change_video")
    User.objects.filter(pk=user.pk).update(is_staff=False)
    assert not access.visible_to(User.objects.get(pk=user.pk)).exists()


_DEEDS = {
    "videos.change_video": ("patch", "{url}", {"title": "New"}),
    "videos.delete_video": ("delete", "{url}", None),
    "videos.cancel_video": ("post", "{url}cancel/", None),
    "videos.reprocess_video": ("post", "{url}reprocess/", None),
}


@pytest.mark.parametrize("held", [None, *_DEEDS])
def test_each_deed_wants_its_own_permission(
    video: Video, as_user: Callable[[User], APIClient], held: str | None
) -> None:
    user = staff.staff("one@example.com", "videos.view_video", *([held] if held else []))
    api = as_user(user)
    assert api.get(f"{URL}{video.pk}/").status_code == 200
    for right, (method, path, body) in _DEEDS.items():
        if right == held:
            continue
        answer = getattr(api, method)(path.format(url=f"{URL}{video.pk}/"), body, format="json")
        assert answer.status_code == 403, right
    video.refresh_from_db()
    assert (video.title, video.deleted_at, video.status) == ("A clip", None, "processing")
    if held:
        method, path, body = _DEEDS[held]
        answer = getattr(api, method)(path.format(url=f"{URL}{video.pk}/"), body, format="json")
        assert answer.status_code in (200, 202, 204, 409)


@pytest.mark.parametrize("moderation", ["pending", "rejected"])
def test_what_is_not_approved_is_its_owners_and_moderators_alone(
    video: Video, owner: User, moderation: str
) -> None:
    Video.objects.update(moderation=moderation, visibility="public", playable=True)
    video = Video.objects.get()
    viewer, moderator = staff.viewer_only(), staff.only_a_moderator()
    for who, may in ((owner, True), (moderator, True), (viewer, False), (AnonymousUser(), False)):
        assert access.visible_to(who).exists() is may, who
        assert access.may_play(video, who) is may, who
    assert not access.may_edit(video, moderator)


def test_a_moderator_changes_nothing_but_the_decision(
    video: Video, as_user: Callable[[User], APIClient]
) -> None:
    api = as_user(staff.only_a_moderator())
    for method, path in (
        ("patch", f"{URL}{video.pk}/"),
        ("delete", f"{URL}{video.pk}/"),
        ("post", f"{URL}{video.pk}/reprocess/"),
        ("post", f"{URL}{video.pk}/cancel/"),
    ):
        assert getattr(api, method)(path, {}, format="json").status_code == 403
    assert api.get("/api/v1/jobs/").json()["results"] == []
    assert api.get(f"{URL}{video.pk}/jobs/").status_code == 403


def test_jobs_of_others_want_rights_of_their_own(
    video: Video, as_user: Callable[[User], APIClient]
) -> None:
    run = Run.objects.get()
    api = as_user(staff.staff("jobs@example.com", "videos.view_video", "processing.view_run"))
    told = api.get(f"/api/v1/jobs/{run.pk}/").json()
    assert told["tasks"][0]["argv"] is None
    job = f"/api/v1/jobs/{run.pk}/"
    assert api.patch(job, {"priority": 0}, format="json").status_code == 403
    assert api.post(f"{job}cancel/").status_code == 403
    assert api.post(f"{job}retry/").status_code == 403
    more = staff.staff(
        "more@example.com",
        *("videos.view_video", "processing.view_run", "processing.view_task"),
        "processing.prioritize_run",
    )
    assert as_user(more).get(job).json()["tasks"][0]["argv"] == []
    assert as_user(more).patch(job, {"priority": 90}, format="json").status_code == 200


def test_only_who_may_prioritize_goes_beyond_the_plan_with_an_own_job(
    video: Video, owner: User, as_user: Callable[[User], APIClient]
) -> None:
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    job = f"/api/v1/jobs/{Run.objects.get().pk}/"
    answer = as_user(owner).patch(job, {"priority": 90}, format="json")
    assert answer.json()["code"] == "priority_not_allowed"


@pytest.mark.parametrize("held", ["", "videos.change_video", "videos.delete_video"])
def test_the_page_offers_only_what_is_allowed(video: Video, client: Client, held: str) -> None:
    client.force_login(staff.staff("p@example.com", "videos.view_video", *([held] if held else [])))
    page = client.get(f"/watch/{video.pk}/").content.decode()
    assert ('name="title"' in page) is (held == "videos.change_video")
    assert ('data-action="delete"' in page) is (held == "videos.delete_video")
    assert 'data-action="reprocess"' not in page
    assert 'data-action="cancel"' not in page
