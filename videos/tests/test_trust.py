"""Owners whose first videos are looked at, until they are trusted."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts import trust
from accounts.models import AuditEntry, User
from tests import staff
from videos.models import Video
from videos.moderation import policy
from videos.moderation import services as moderation
from videos.tests.kept import keep_video

Approved, Pending = Video.Moderation.APPROVED, Video.Moderation.PENDING


@pytest.fixture
def judge(db: None) -> User:
    return staff.only_a_moderator()


@pytest.fixture(autouse=True)
def _new_owners_wait(settings: LazySettings) -> None:
    settings.MODERATION = "new"


def _again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def _wait(owner: User) -> Video:
    video = keep_video(owner, chunks=1)
    Video.objects.filter(pk=video.pk).update(moderation=Pending)
    return video


def test_a_moderator_trusts_an_owner_with_one_act(owner: User, judge: User) -> None:
    assert policy.first_state(owner) == Pending
    trust.give(owner, by=judge)
    assert policy.first_state(_again(owner)) == Approved
    assert AuditEntry.objects.get().action == "user.trusted"
    with pytest.raises(trust.NothingToChange):
        trust.give(owner, by=judge)


def test_nobody_trusts_themselves(judge: User) -> None:
    with pytest.raises(trust.OwnTrust):
        trust.give(judge, by=judge)


def test_withdrawn_trust_makes_new_videos_wait_whatever_the_setting(
    owner: User, judge: User, settings: LazySettings
) -> None:
    settings.MODERATION = "nobody"
    assert policy.first_state(owner) == Approved
    trust.withdraw(owner, by=judge)
    assert policy.first_state(_again(owner)) == Pending


@pytest.mark.parametrize(("needed", "trusted"), [(1, True), (2, False), (0, False)])
def test_approved_videos_earn_trust(
    owner: User, judge: User, settings: LazySettings, needed: int, trusted: bool
) -> None:
    settings.TRUST_AFTER = needed
    moderation.approve(moderation.Seen(_wait(owner).pk, Pending), by=judge)
    now = _again(owner)
    assert (now.trusted_at is not None) == trusted
    assert policy.first_state(now) == (Approved if trusted else Pending)


def test_withdrawn_trust_does_not_come_back_by_itself(owner: User, judge: User) -> None:
    trust.withdraw(owner, by=judge)
    moderation.approve(moderation.Seen(_wait(owner).pk, Pending), by=judge)
    assert policy.first_state(_again(owner)) == Pending
    trust.give(_again(owner), by=judge)
    assert policy.first_state(_again(owner)) == Approved


def test_the_review_page_trusts_the_owner_and_says_so(owner: User, judge: User) -> None:
    page = f"/admin/videos/video/review/{_wait(owner).pk}/"
    desk = Client()
    desk.force_login(judge)
    assert "Trust the owner" in desk.get(page).content.decode()
    desk.post(page, {"decision": "trust"})
    assert _again(owner).trusted_at is not None
    assert "Withdraw trust in the owner" in desk.get(page).content.decode()


def test_an_owner_reads_that_first_uploads_are_looked_at(
    owner: User, client: Client, judge: User
) -> None:
    client.force_login(owner)
    assert "your first videos" in client.get("/account/").content.decode()
    trust.give(owner, by=judge)
    assert "your first videos" not in client.get("/account/").content.decode()
    trust.withdraw(owner, by=judge)
    assert "All your new videos" in client.get("/account/").content.decode()
