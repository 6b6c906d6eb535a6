"""Moderation: who waits, who decides, what the owner learns, and what stays written."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, models
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from tests import staff
from tests.domain import stand_ready
from videos.models import DecisionsStand, Event, ModerationDecision, Notification, Video
from videos.moderation import policy, queue, reasons
from videos.moderation import services as moderation
from videos.moderation.services import Seen

ROOT = Path(__file__).parents[2]
Pending, Approved, Rejected = Video.Moderation


@pytest.fixture
def judge(db: None) -> User:
    return staff.only_a_moderator()


@pytest.fixture
def waiting(video: Video) -> Video:
    stand_ready(video)
    Video.objects.update(moderation=Pending, visibility="public")
    return Video.objects.get()


def _seen(video: Video) -> Seen:
    return Seen(video.pk, video.moderation)


@pytest.mark.parametrize(
    ("whose", "first", "after_an_approval"),
    [
        ("nobody", Approved, Approved),
        ("new", Pending, Approved),
        ("everybody", Pending, Pending),
    ],
)
def test_whose_videos_wait(
    settings: LazySettings,
    owner: User,
    take_in: Callable[[Path], Video],
    clip: Path,
    judge: User,
    whose: str,
    first: str,
    after_an_approval: str,
) -> None:
    settings.MODERATION = whose
    video = Video.objects.get(pk=take_in(clip).pk)
    assert video.moderation == first
    if first == Pending:
        stand_ready(video)
        moderation.approve(_seen(video), by=judge)
    assert policy.first_state(owner) == after_an_approval


def test_a_rejection_does_not_make_an_owner_known(
    settings: LazySettings, waiting: Video, judge: User
) -> None:
    settings.MODERATION = "new"
    moderation.reject(_seen(waiting), by=judge, code="spam")
    assert policy.first_state(waiting.owner) == Pending


def test_the_owner_reads_the_reason_on_page_card_and_api(
    waiting: Video, judge: User, api: APIClient, client: Client
) -> None:
    client.force_login(waiting.owner)
    for path in (f"/watch/{waiting.pk}/", "/"):
        assert "waits for a moderator" in client.get(path).content.decode()
    moderation.reject(_seen(waiting), by=judge, code="other", message="The sound  is missing.")
    for path in (f"/watch/{waiting.pk}/", "/", f"/library/cards/{waiting.pk}/"):
        page = client.get(path).content.decode()
        assert "A moderator has rejected this video" in page
        assert "The sound is missing." in page
    told = api.get(f"/api/v1/videos/{waiting.pk}/").json()
    assert told["moderation"] == "rejected"
    assert told["moderation_reason"] == {"code": "other", "message": "The sound is missing."}
    moderation.approve(Seen(waiting.pk, Rejected), by=judge)
    assert api.get(f"/api/v1/videos/{waiting.pk}/").json()["moderation_reason"] is None
    assert "A moderator has rejected" not in client.get(f"/watch/{waiting.pk}/").content.decode()


def test_the_owners_feed_tells_of_it(waiting: Video, judge: User) -> None:
    moderation.reject(_seen(waiting), by=judge, code="spam")
    event = Event.objects.latest("id")
    assert (event.type, event.owner) == ("moderation.rejected", waiting.owner)
    assert event.payload["moderation"] == "rejected"
    assert event.payload["moderation_reason"]["code"] == "spam"


def test_a_decision_that_is_undone_leaves_nothing_to_tell(waiting: Video, judge: User) -> None:
    with pytest.raises(moderation.DecidedMeanwhile):
        moderation.approve(Seen(waiting.pk, Rejected), by=judge)
    assert not Notification.objects.exists()


def test_every_decision_is_written_down_and_stays(waiting: Video, judge: User) -> None:
    moderation.reject(_seen(waiting), by=judge, code="hate", message="Insults.")
    moderation.approve(Seen(waiting.pk, Rejected), by=judge)
    log = list(queue.decisions_on(waiting.pk))
    assert [(d.before, d.after, d.code, d.message) for d in log] == [
        (Rejected, Approved, "", ""),
        (Pending, Rejected, "hate", "Insults."),
    ]
    assert {d.by_email for d in log} == {judge.email}
    log[0].message = "Never mind."
    with pytest.raises(DecisionsStand):
        log[0].save()
    with pytest.raises(DecisionsStand):
        log[0].delete()
    with pytest.raises(DecisionsStand):
        ModerationDecision.objects.update(code="")
    with pytest.raises(DecisionsStand):
        ModerationDecision.objects.all().delete()
    judge.delete()
    assert {d.by_email for d in queue.decisions_on(waiting.pk)} == {judge.email}


def test_who_comes_second_is_told_so(waiting: Video, judge: User) -> None:
    other = staff.staff("other@example.com", groups=(staff.moderators(),))
    moderation.approve(_seen(waiting), by=judge)
    with pytest.raises(moderation.DecidedMeanwhile) as refused:
        moderation.reject(_seen(waiting), by=other, code="spam")
    assert (refused.value.now, refused.value.by) == (Approved, judge.email)
    assert ModerationDecision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_moderators_at_once_one_decides(
    owner: User, take_in: Callable[[Path], Video], clip: Path
) -> None:
    video = take_in(clip)
    stand_ready(video)
    Video.objects.update(moderation=Pending)
    judges = [staff.staff(f"{n}@example.com", groups=(staff.moderators(),)) for n in range(4)]
    start, ended = threading.Barrier(len(judges)), []

    def decide(number: int) -> None:
        start.wait(60)
        seen = Seen(video.pk, Pending)
        try:
            if number % 2:
                moderation.approve(seen, by=judges[number])
            else:
                moderation.reject(seen, by=judges[number], code="spam")
            ended.append("decided")
        except moderation.DecidedMeanwhile:
            ended.append("meanwhile")
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(n,)) for n in range(len(judges))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(ended) == ["decided", *["meanwhile"] * 3]
    decision = ModerationDecision.objects.get()
    assert Video.objects.get().moderation == decision.after


def test_what_is_not_ready_is_not_approved(waiting: Video, judge: User) -> None:
    Video.objects.update(status="processing")
    assert queue.count() == 0
    with pytest.raises(moderation.NotReady):
        moderation.approve(_seen(waiting), by=judge)
    now = Video.objects.get()
    assert (now.moderation, ModerationDecision.objects.count()) == (Pending, 0)
    assert not Notification.objects.exists()


def test_a_deleted_video_is_not_decided_about(waiting: Video, judge: User) -> None:
    Video.objects.update(deleted_at="2026-01-01T00:00:00Z")
    with pytest.raises(moderation.DecidedMeanwhile) as refused:
        moderation.approve(_seen(waiting), by=judge)
    assert refused.value.now == ""
    assert queue.count() == 0


@pytest.mark.parametrize(
    ("code", "message", "error"),
    [
        ("nonsense", "", reasons.UnknownReason),
        ("", "It is bad.", reasons.UnknownReason),
        ("other", "  ", reasons.SentenceMissing),
    ],
)
def test_a_rejection_has_a_reason_and_a_sentence(
    waiting: Video, judge: User, code: str, message: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        moderation.reject(_seen(waiting), by=judge, code=code, message=message)
    assert Video.objects.get().moderation == Pending


def test_the_docs_list_the_reasons() -> None:
    text = (ROOT / "docs" / "api.md").read_text()
    section = text.partition("## Reasons of moderation")[2].partition("\n#")[0]
    told = re.findall(r"^\| `(\w+)` \| (.+?) \|$", section, re.M)
    assert told == [(r.code, r.sentence or "(as the moderator wrote)") for r in _registry()]


def _registry() -> list[reasons.Reason]:
    return list(reasons.REASONS.values())


def test_codes_fit_their_column() -> None:
    for model, name in ((Video, "moderation_code"), (ModerationDecision, "code")):
        field: Any = model._meta.get_field(name)
        assert isinstance(field, models.CharField)
        assert max(map(len, reasons.REASONS)) <= (field.max_length or 0)


def test_nobody_approves_their_own(waiting: Video, judge: User, client: Client) -> None:
    Video.objects.update(owner=judge)
    with pytest.raises(moderation.OwnVideo):
        moderation.approve(_seen(waiting), by=judge)
    assert Video.objects.get().moderation == Pending
    assert not ModerationDecision.objects.exists()
    client.force_login(judge)
    page = f"/admin/videos/video/review/{waiting.pk}/"
    shown = client.get(page).content.decode()
    assert "another moderator has to approve it" in shown
    assert 'value="approve"' not in shown
    answer = client.post(page, {"decision": "approve"}, follow=True).content.decode()
    assert "is your own, so another moderator has to approve it." in answer
    assert "Nothing waits for you" in answer
    assert Video.objects.get().moderation == Pending


def test_a_moderator_may_reject_their_own_and_an_administrator_approve_it(
    waiting: Video, judge: User, moderator: User
) -> None:
    Video.objects.update(owner=judge)
    moderation.reject(_seen(waiting), by=judge, code="other", message="A mistake.")
    Video.objects.update(owner=moderator)
    moderation.approve(_seen(Video.objects.get()), by=moderator)
    assert Video.objects.get().moderation == Approved


def test_the_review_offers_the_videos_of_others(
    waiting: Video, judge: User, moderator: User
) -> None:
    assert queue.next_after(None, by=judge) == waiting
    Video.objects.update(owner=judge)
    assert queue.next_after(None, by=judge) is None
    assert queue.next_after(None, by=moderator) == waiting
