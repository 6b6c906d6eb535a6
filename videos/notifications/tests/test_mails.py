"""Mails to owners: each occurrence is told once, many in one mail, to those who want it."""

from __future__ import annotations

import email
from collections.abc import Callable
from email import policy

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import transaction

from accounts.models import OutgoingMail, User
from videos import lifecycle
from videos.models import Notification, Video
from videos.moderation import services as moderation
from videos.moderation.services import Seen
from videos.notifications import choices, mails
from videos.notifications.tests.conftest import become_ready, fail, let_pass, mailed

Make = Callable[..., Video]


def test_the_owner_of_a_ready_video_is_told_once(processing: Make, owner: User) -> None:
    video = processing()
    become_ready(video)
    assert mailed() == []  # others may come with it
    let_pass(minutes=1)
    (sent,) = mailed()
    assert sent.to == [owner.email]
    assert sent.subject == "“A clip” is ready"
    assert f"https://vod.example.org/watch/{video.pk}/" in sent.body
    let_pass(days=1)
    assert mailed() == []


def test_a_failure_is_told_with_what_to_do(processing: Make) -> None:
    fail(processing())
    let_pass(minutes=1)
    (sent,) = mailed()
    assert sent.subject == "“A clip” could not be processed"
    assert "The file ends too early. The end of the file is missing: copy it again" in sent.body


def test_a_retry_that_fails_again_is_told_again(processing: Make) -> None:
    video = processing()
    for expected in (1, 1):
        fail(video)
        let_pass(hours=1)
        assert len(mailed()) == expected
        Video.objects.update(status=Video.Status.PROCESSING, error_code="", error_message="")


def test_a_failure_that_a_retry_mended_meanwhile_is_not_told(processing: Make) -> None:
    video = processing()
    fail(video)
    Video.objects.update(status=Video.Status.PROCESSING, error_code="", error_message="")
    become_ready(video)
    let_pass(minutes=1)
    (sent,) = mailed()
    assert sent.subject == "“A clip” is ready"


def test_a_ready_video_that_is_processed_again_is_not_told(processing: Make) -> None:
    video = processing()
    become_ready(video)
    Notification.objects.all().delete()
    become_ready(video)
    assert not Notification.objects.exists()


def test_what_is_rolled_back_is_not_told(processing: Make) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        become_ready(processing())
        raise RuntimeError
    assert not Notification.objects.exists()


def test_a_video_in_the_trash_is_not_told(processing: Make) -> None:
    video = processing()
    lifecycle.delete(video.pk)
    fail(video)
    assert not Notification.objects.exists()


def test_many_videos_are_one_mail_soon_and_one_later(processing: Make) -> None:
    become_ready(*(processing(f"Lecture {n}") for n in range(25)))
    let_pass(minutes=1)
    (first,) = mailed()
    assert first.subject == "25 videos are ready"
    assert "and 5 more" in first.body
    for number in range(9):
        become_ready(processing(f"Lecture {number}"))
        let_pass(minutes=1)
        assert mailed() == []
    let_pass(minutes=2)
    (second,) = mailed()
    assert second.subject == "9 videos are ready"


def test_a_mail_about_several_kinds_begins_with_what_needs_somebody(processing: Make) -> None:
    become_ready(processing("Good"), processing("Better"))
    fail(processing("Bad"))
    let_pass(minutes=1)
    (sent,) = mailed()
    assert sent.subject == "1 video could not be processed, 2 are ready"
    assert sent.body.index("Bad") < sent.body.index("Good")


def test_the_reader_chooses_how_often(processing: Make, owner: User) -> None:
    choices.change(owner, {}, digest_minutes=1440)
    told = []
    for _ in range(4):
        become_ready(processing())
        let_pass(hours=10)
        told.append(len(mailed()))
    assert told == [1, 0, 0, 1]


def test_a_kind_that_is_turned_off_is_not_mailed(processing: Make, owner: User) -> None:
    choices.switch_off(owner, "mail", ["ready"])
    become_ready(processing())
    let_pass(minutes=1)
    assert mailed() == []
    fail(processing("Other"))
    let_pass(minutes=1)
    assert [one.subject for one in mailed()] == ["“Other” could not be processed"]


def test_neither_the_inactive_nor_the_unverified_get_mail(processing: Make, owner: User) -> None:
    EmailAddress.objects.create(user=owner, email=owner.email, primary=True, verified=False)
    become_ready(processing())
    let_pass(minutes=1)
    assert mailed() == []
    EmailAddress.objects.update(verified=True)
    User.objects.update(is_active=False)
    become_ready(processing())
    let_pass(minutes=1)
    assert mailed() == []
    assert not OutgoingMail.objects.exists()


def test_a_moderators_decision_is_told_with_its_reason(processing: Make, moderator: User) -> None:
    video = processing("Cats & <dogs>", moderation=Video.Moderation.PENDING)
    become_ready(video)
    let_pass(minutes=1)
    (first,) = mailed()
    assert "Others see it when a moderator has approved it" in first.body
    moderation.reject(Seen(video.pk, "pending"), by=moderator, code="other", message="No sound.")
    let_pass(hours=1)
    (second,) = mailed()
    assert second.subject == "“Cats & <dogs>” was not approved"
    assert "The reason: No sound." in second.body
    moderation.approve(Seen(video.pk, "rejected"), by=moderator)
    let_pass(hours=1)
    (third,) = mailed()
    assert third.subject == "“Cats & <dogs>” was approved"


def test_a_video_that_is_gone_has_no_link(processing: Make) -> None:
    video = processing()
    fail(video)
    lifecycle.delete(video.pk)
    let_pass(minutes=1)
    (sent,) = mailed()
    assert str(video.pk) not in sent.body
    assert str(video.pk) not in _page(sent)


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("One\r\nBcc: all@example.org", "“One Bcc: all@example.org” is ready"),
        ("gpj\u202etxt.exe\u2066", "“gpj txt.exe” is ready"),
        ("<img src=https://evil.example/x>", "“<img src=https://evil.example/x>” is ready"),
        ("x" * 200, f"“{'x' * 79}…” is ready"),
        ("\u200b\u200b", "“Untitled video” is ready"),
        ("\u05e9\u05dc\u05d5\u05dd", "“\u2068\u05e9\u05dc\u05d5\u05dd\u2069” is ready"),
    ],
)
def test_a_hostile_title_does_nothing(processing: Make, title: str, subject: str) -> None:
    become_ready(processing(title))
    let_pass(minutes=1)
    (sent,) = mailed()
    assert sent.subject == subject
    read = email.message_from_bytes(sent.message().as_bytes(), policy=policy.default)
    assert read["Subject"].strip() == subject
    assert (read["Bcc"], read["To"]) == (None, "owner@example.com")
    assert "<img" not in _page(sent)


def test_a_mail_has_text_and_html_without_anything_from_elsewhere(processing: Make) -> None:
    become_ready(processing())
    let_pass(minutes=1)
    (sent,) = mailed()
    read = email.message_from_bytes(sent.message().as_bytes(), policy=policy.default)
    assert read.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    for foreign in ("<img", "src=", "url(", "<script", "<link"):
        assert foreign not in _page(sent)
    assert read["Auto-Submitted"] == "auto-generated"


def test_a_worker_that_is_killed_while_it_writes_leaves_all_to_the_next(
    processing: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    become_ready(processing())
    let_pass(minutes=1)
    with monkeypatch.context() as patched:
        patched.setattr("accounts.outbox.write", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            mails.write_due()
    assert Notification.objects.get().mail_due
    assert len(mailed()) == 1
    assert len(mail.outbox) == 1


def _page(sent: mail.EmailMultiAlternatives) -> str:
    return str(sent.alternatives[0][0])
