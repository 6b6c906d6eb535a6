"""A clock that jumps deletes nothing."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from videos import clock, lifecycle, purge
from videos.models import Video, Walk

pytestmark = pytest.mark.django_db


def _seen(ago: timedelta, since: str = "") -> None:
    """The last look at the clock was so long ago by the clock it has now."""
    last = timezone.now() - ago
    Walk.objects.update_or_create(name="clock", defaults={"after": f"{since} {last.isoformat()}"})


def _trashed(video: Video, days: int) -> None:
    Video.objects.filter(pk=video.pk).update(deleted_at=timezone.now() - timedelta(days=days))


def test_what_was_deleted_long_ago_is_purged(ready_video: Video) -> None:
    _trashed(ready_video, 31)
    assert purge.purge_expired() == 1


@pytest.mark.parametrize("days", [31, -31, 8])
def test_nothing_is_purged_for_a_day_after_the_clock_jumped(ready_video: Video, days: int) -> None:
    _trashed(ready_video, 31)
    _seen(timedelta(days=days))
    assert purge.purge_expired() == 0
    assert purge.purge_expired() == 0
    since = (timezone.now() - timedelta(days=1, hours=1)).isoformat()
    _seen(timedelta(hours=1), since)
    assert purge.purge_expired() == 1


@pytest.mark.parametrize(
    "ago", [timedelta(seconds=10), timedelta(days=1), timedelta(days=6), timedelta(minutes=-5)]
)
def test_a_day_without_a_look_is_no_jump(ready_video: Video, ago: timedelta) -> None:
    _trashed(ready_video, 31)
    _seen(ago)
    assert purge.purge_expired() == 1


def test_a_clock_that_was_put_right_is_believed_a_day_later(db: None) -> None:
    _seen(timedelta(days=31))
    assert not clock.is_steady()
    _seen(timedelta(days=-31))
    assert not clock.is_steady()
    walk = Walk.objects.get(name="clock")
    since = datetime.fromisoformat(walk.after.split()[0])
    assert abs(since - timezone.now()) < timedelta(minutes=1)


def test_a_machines_own_clock_puts_nothing_off(
    ready_video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Marks go by the database's clock, so that a worker whose own is a month behind, or ahead,
    neither deletes what others still play nor keeps it."""
    real = timezone.now()
    monkeypatch.setattr("django.utils.timezone.now", lambda: real - timedelta(days=31))
    release = ready_video.release
    assert release is not None
    lifecycle.retire(release.pk, source=ready_video.source)
    release.refresh_from_db()
    assert release.keep_until is not None
    assert release.keep_until > real
