"""The review: the queue, one video at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db.models.functions import Now
from django.test import Client

from accounts.models import User
from processing.models import Run
from tests import staff
from tests.domain import stand_ready
from videos.models import Folder, ModerationDecision, Video

REVIEW = "/admin/videos/video/review/"
Pending, Approved, Rejected = Video.Moderation


@pytest.fixture
def desk(db: None) -> Client:
    client = Client()
    client.force_login(staff.only_a_moderator())
    return client


@pytest.fixture
def three(take_in: Callable[[Path], Video], clip: Path) -> list[Video]:
    videos = [take_in(clip) for _ in range(3)]
    for number, video in enumerate(videos):
        Video.objects.filter(pk=video.pk).update(title=f"Film {number}", moderation=Pending)
    stand_ready(*videos)
    return videos


def test_the_oldest_comes_first_and_then_the_next(desk: Client, three: list[Video]) -> None:
    first = desk.get(REVIEW, follow=True)
    assert first.request["PATH_INFO"] == f"{REVIEW}{three[0].pk}/"
    assert "3 videos wait" in first.content.decode()
    then = desk.post(f"{REVIEW}{three[0].pk}/", {"decision": "approve"}, follow=True)
    assert then.request["PATH_INFO"] == f"{REVIEW}{three[1].pk}/"
    last = desk.post(f"{REVIEW}{three[1].pk}/", {"decision": "reject", "code": "spam"}, follow=True)
    assert last.request["PATH_INFO"] == f"{REVIEW}{three[2].pk}/"
    assert [v.moderation for v in Video.objects.order_by("id")] == [Approved, Rejected, Pending]
    over = desk.post(f"{REVIEW}{three[2].pk}/", {"decision": "approve"}, follow=True)
    assert "Nothing waits for you" in over.content.decode()


def test_folders_are_their_owners_alone(desk: Client, three: list[Video]) -> None:
    folder = Folder.objects.create(owner=three[0].owner, name="Not for others")
    Video.objects.filter(pk=three[0].pk).update(folder=folder, external_id="order-7")
    page = desk.get(REVIEW, follow=True).content.decode()
    assert "order-7" in page
    assert "Not for others" not in page
    desk.force_login(three[0].owner)
    assert "Not for others" in desk.get(f"/watch/{three[0].pk}/").content.decode()


@pytest.mark.parametrize("status", ["pending_upload", "uploading", "processing", "canceled"])
def test_nothing_is_approved_that_nobody_could_look_at(
    desk: Client, three: list[Video], status: str
) -> None:
    Video.objects.filter(pk=three[0].pk).update(status=status)
    assert "2 videos wait" in desk.get(REVIEW, follow=True).content.decode()
    page = desk.get(f"{REVIEW}{three[0].pk}/", follow=True)
    assert "“Film 0” is not ready" in page.content.decode()
    for path, form in (
        (f"{REVIEW}{three[0].pk}/", {"decision": "approve"}),
        (
            "/admin/videos/video/",
            {"action": "approve", "_selected_action": [str(three[0].pk)], "confirmed": "yes"},
        ),
    ):
        said = desk.post(path, form, follow=True).content.decode()
        assert "is not ready, so it cannot be watched to its end yet." in said
    assert Video.objects.get(pk=three[0].pk).moderation == Pending
    assert not ModerationDecision.objects.exists()
    rejected = desk.post(f"{REVIEW}{three[0].pk}/", {"decision": "reject", "code": "spam"})
    assert rejected.status_code == 302
    assert Video.objects.get(pk=three[0].pk).moderation == Rejected


def test_a_decision_of_the_review_stands_in_the_history(desk: Client, three: list[Video]) -> None:
    desk.post(f"{REVIEW}{three[0].pk}/", {"decision": "approve"})
    desk.post(f"{REVIEW}{three[1].pk}/", {"decision": "reject", "code": "spam", "message": "No."})
    for video, said in ((three[0], "Approve"), (three[1], "Reject: Spam or advertising (No.)")):
        history = desk.get(f"/admin/videos/video/{video.pk}/history/").content.decode()
        assert said in history
        assert "moderator@example.com" in history


def test_a_form_that_names_no_decision_decides_nothing(desk: Client, three: list[Video]) -> None:
    for form in ({}, {"code": "spam"}, {"decision": "x", "code": "spam"}):
        assert desk.post(f"{REVIEW}{three[0].pk}/", form).status_code == 200
    assert not ModerationDecision.objects.exists()


def test_one_can_be_left_for_later(desk: Client, three: list[Video]) -> None:
    after = desk.get(REVIEW, {"after": str(three[0].pk)}, follow=True)
    assert after.request["PATH_INFO"] == f"{REVIEW}{three[1].pk}/"
    again = desk.get(REVIEW, {"after": str(three[2].pk)}, follow=True)
    assert again.request["PATH_INFO"] == f"{REVIEW}{three[0].pk}/"


def test_a_rejection_without_a_reason_is_asked_again(desk: Client, three: list[Video]) -> None:
    for filled in ({}, {"code": "other"}, {"code": "nonsense"}):
        page = desk.post(f"{REVIEW}{three[0].pk}/", {"decision": "reject", **filled})
        assert page.status_code == 200
        assert 'class="errorlist' in page.content.decode()
    assert not ModerationDecision.objects.exists()


def test_who_comes_second_is_told_and_goes_on(desk: Client, three: list[Video]) -> None:
    other = Client()
    other.force_login(staff.staff("second@example.com", groups=(staff.moderators(),)))
    desk.post(f"{REVIEW}{three[0].pk}/", {"decision": "approve"})
    page = other.post(
        f"{REVIEW}{three[0].pk}/", {"decision": "reject", "code": "spam"}, follow=True
    )
    assert "was approved meanwhile by moderator@example.com" in page.content.decode()
    assert page.request["PATH_INFO"] == f"{REVIEW}{three[1].pk}/"
    gone = other.get(f"{REVIEW}{three[0].pk}/", follow=True)
    assert "was approved by moderator@example.com already" in gone.content.decode()


def test_a_video_deleted_meanwhile_is_passed_over(desk: Client, three: list[Video]) -> None:
    Video.objects.filter(pk=three[0].pk).update(deleted_at="2026-01-01T00:00:00Z")
    page = desk.post(f"{REVIEW}{three[0].pk}/", {"decision": "approve"}, follow=True)
    assert "deleted meanwhile" in page.content.decode()
    assert page.request["PATH_INFO"] == f"{REVIEW}{three[1].pk}/"


@pytest.mark.parametrize("rights", [(), ("videos.view_video",), ("videos.moderate_video",)])
def test_only_moderators_get_in(three: list[Video], rights: tuple[str, ...]) -> None:
    client = Client()
    client.force_login(staff.staff("x@example.com", *rights))
    for path in (REVIEW, f"{REVIEW}{three[0].pk}/"):
        assert client.get(path).status_code == 403
    answer = client.post(f"{REVIEW}{three[0].pk}/", {"decision": "approve"})
    assert answer.status_code == 403
    assert Video.objects.filter(moderation=Pending).count() == 3


def test_the_overview_says_how_many_wait(desk: Client, three: list[Video]) -> None:
    page = desk.get("/admin/").content.decode()
    assert "Review them" in page
    assert "Workers" not in page


def test_the_overview_of_an_administrator_shows_all(three: list[Video], moderator: User) -> None:
    client = Client()
    client.force_login(moderator)
    page = client.get("/admin/").content.decode()
    for tile in (
        "Waiting for approval",
        "Jobs under way",
        "Failed within a day",
        "Webhooks",
        "Workers",
        "Disk",
    ):
        assert tile in page


def test_the_overview_counts_what_failed_lately(three: list[Video], moderator: User) -> None:
    for number, run in enumerate(Run.objects.all()):
        code = "source_truncated" if number else "source_empty"
        Run.objects.filter(pk=run.pk).update(status="failed", finished_at=Now(), error_code=code)
    client = Client()
    client.force_login(moderator)
    assert '<p class="figure bad">3</p>' in client.get("/admin/").content.decode()


def test_staff_without_rights_is_told_whom_to_ask(db: None) -> None:
    client = Client()
    client.force_login(staff.staff("nobody@example.com"))
    page = client.get("/admin/").content.decode()
    assert "You have no rights here yet" in page
