"""Old events, uploads and sessions go; positions never begin again."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from accounts.sessions import prune_sessions
from videos.events import cursors, log, retention
from videos.events.retention import prune_events
from videos.feed import reading
from videos.ingest.retention import prune_uploads
from videos.models import Event, Upload, Video, WebhookEndpoint, WebhookReader
from videos.webhooks import fan_out


@pytest.fixture
def told(owner: User) -> Video:
    """A video of which ten events tell, the first six of them long ago."""
    video = Video.objects.create(owner=owner)
    for _ in range(10):
        log.write("video.updated", video)
    log.sequence()
    Event.objects.filter(position__lte=6).update(created_at=Now() - timedelta(days=31))
    return video


def _positions() -> list[int | None]:
    return list(Event.objects.order_by("position").values_list("position", flat=True))


def test_old_events_go_and_the_rest_keep_their_places(told: Video) -> None:
    assert prune_events() == 6
    assert _positions() == [7, 8, 9, 10]
    assert prune_events() == 0


def test_they_go_in_steps(told: Video, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_BATCH", 4)
    assert [prune_events() for _ in range(3)] == [4, 2, 0]


def test_an_event_without_a_place_is_kept_until_it_was_told(told: Video) -> None:
    Event.objects.filter(position=3).update(position=None)
    prune_events()
    assert Event.objects.filter(position=None).count() == 1


def test_a_younger_one_before_holds_back_older_ones(told: Video) -> None:
    """What is deleted is told by one number, so there is no gap in what is kept."""
    Event.objects.filter(position=3).update(created_at=Now())
    assert prune_events() == 2
    assert _positions()[0] == 3


def test_what_was_not_read_for_webhooks_is_kept(told: Video, owner: User) -> None:
    endpoint = WebhookEndpoint.objects.create(
        owner=owner, url="https://hook.example/", starts_after=0
    )
    WebhookReader.objects.create(position=2)
    assert prune_events() == 2
    assert prune_events() == 0
    assert fan_out.read_log() == 8
    assert list(endpoint.deliveries.order_by("position").values_list("position", flat=True)) == [
        *range(3, 11)
    ]
    assert prune_events() == 4


def test_what_no_webhook_waits_for_is_not_kept(told: Video, owner: User) -> None:
    WebhookEndpoint.objects.create(
        owner=owner, url="https://hook.example/", starts_after=0, disabled_at=timezone.now()
    )
    WebhookReader.objects.create(position=2)
    assert prune_events() == 6


def test_a_cursor_that_missed_events_is_known(told: Video) -> None:
    assert log.oldest() == 1
    assert not log.is_expired(0)
    prune_events()
    assert log.oldest() == 7
    assert [log.is_expired(position) for position in (0, 5, 6, 7, 10)] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_who_begins_now_has_a_cursor_that_misses_nothing(told: Video, stranger: User) -> None:
    """Also one of whom no event ever told."""
    Event.objects.update(created_at=Now() - timedelta(days=31))
    prune_events()
    begins = log.newest()
    assert not log.is_expired(begins)
    log.write("video.updated", Video.objects.create(owner=stranger))
    log.sequence()
    assert len(log.after(begins)) == 1


def test_positions_go_on_when_every_event_is_gone(told: Video) -> None:
    Event.objects.update(created_at=F("created_at") - timedelta(days=62))
    assert prune_events() == 10
    log.write("video.updated", told)
    log.sequence()
    assert _positions() == [11]


def test_positions_go_on_when_the_owner_of_all_events_is_gone(told: Video, owner: User) -> None:
    Event.objects.all().delete()
    log.write("video.updated", told)
    log.sequence()
    assert _positions() == [11]


def test_positions_that_an_older_version_gave_are_not_given_again(told: Video) -> None:
    Event.objects.filter(position=10).update(position=25)
    log.write("video.updated", told)
    log.sequence()
    assert _positions()[-2:] == [25, 26]


@pytest.mark.django_db(transaction=True)
def test_the_feed_refuses_a_cursor_that_missed_events(told: Video) -> None:
    def first_position(since: int) -> int:
        return reading.start(cursors.encode(since))

    assert first_position(2) == 2
    prune_events()
    with pytest.raises(cursors.CursorExpired):
        first_position(2)
    assert first_position(6) == 6


def test_uploads_finished_long_ago_go_and_their_videos_stay(owner: User) -> None:
    moments = {"old": Now() - timedelta(days=31), "young": Now(), "unfinished": None}
    for name, finished in moments.items():
        upload = Upload.objects.create(
            owner=owner,
            video=Video.objects.create(owner=owner),
            key=name,
            filename=name,
            expires_at=timezone.now() - timedelta(days=60),
        )
        Upload.objects.filter(pk=upload.pk).update(finished_at=finished)
    assert prune_uploads() == 1
    assert set(Upload.objects.values_list("key", flat=True)) == {"young", "unfinished"}
    assert Video.objects.count() == 3


def test_expired_sessions_go(db: None) -> None:
    for name, days in (("old", -1), ("young", 1)):
        expires = timezone.now() + timedelta(days=days)
        Session.objects.create(session_key=name, session_data="", expire_date=expires)
    assert prune_sessions() == 1
    assert Session.objects.get().session_key == "young"
