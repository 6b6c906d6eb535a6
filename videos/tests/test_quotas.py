"""What a plan allows is decided by the rows, however many uploads come at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from processing import services as processing
from tests.planned import limit_free
from videos import quotas, trash
from videos.ingest import closing, uploads
from videos.ingest.settings import VideoSettings
from videos.ingest.uploads import Limits
from videos.models import Source, Upload, Video
from videos.quotas import Quota, QuotaExceeded

HOUR = timedelta(hours=1)
TUS = Upload.Protocol.TUS


def begin(owner: User, size: int | None = 1000, **more: Any) -> Upload:
    """Begin an upload, as every way in does."""
    given: dict[str, Any] = {"protocol": TUS, "filename": "a.mp4", "expires_in": HOUR, **more}
    return uploads.create(owner, VideoSettings(), size=size, **given)


def refused(owner: User, size: int | None = 1000, **more: Any) -> QuotaExceeded:
    """Begin an upload that is refused; return why."""
    with pytest.raises(QuotaExceeded) as caught:
        begin(owner, size, **more)
    return caught.value


def keep(owner: User, size: int, seconds: float | None = None) -> Source:
    """A stored original."""
    key = f"originals/{Source.objects.count()}"
    return Source.objects.create(
        owner=owner, key=key, filename="a.mp4", size=size, origin="upload", seconds=seconds
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("limits", "quota"),
    [
        ({"uploads_at_once": 10}, Quota.UPLOADS_AT_ONCE),
        ({"uploads_a_day": 10}, Quota.UPLOADS_A_DAY),
        ({"stored_bytes": 10_500}, Quota.STORED_BYTES),
    ],
)
def test_of_a_hundred_uploads_at_once_as_many_pass_as_the_plan_allows(
    owner: User, limits: dict[str, int], quota: Quota
) -> None:
    limit_free(**limits)
    together = Barrier(20)

    def one(_: int) -> str:
        try:
            together.wait(20)
            begin(User.objects.get(pk=owner.pk))
        except QuotaExceeded as refusal:
            return str(refusal.quota)
        else:
            return "passed"
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        assert Counter(pool.map(one, range(100))) == {"passed": 10, str(quota): 90}
    assert Upload.objects.count() == Video.objects.count() == 10
    used = quotas.used_by(owner.pk)
    assert (used.uploads_at_once, used.uploads_a_day, used.bytes) == (10, 10, 10_000)


@pytest.mark.django_db
def test_an_upload_that_is_given_up_leaves_its_room_to_others(owner: User) -> None:
    limit_free(uploads_at_once=1, stored_bytes=1000)
    upload = begin(owner)
    assert refused(owner).quota == Quota.UPLOADS_AT_ONCE
    Upload.objects.update(expires_at=Now() - HOUR)
    assert closing.expire_uploads() == 1
    assert quotas.used_by(owner.pk).bytes == 0
    canceled = begin(owner)
    assert canceled.pk != upload.pk
    assert canceled.video is not None
    processing.cancel(canceled.video)
    trashed = begin(owner)
    assert trashed.video is not None
    trash.discard(trashed.video)
    assert begin(owner).size == 1000


@pytest.mark.django_db
def test_what_began_counts_for_the_day_whatever_becomes_of_it(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_free(uploads_a_day=2)
    for _ in range(2):
        video = begin(owner).video
        assert video is not None
        video.delete()
    refusal = refused(owner)
    tomorrow = (timezone.now() + timedelta(days=1)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    assert refusal.members() == {
        "quota": "uploads_a_day",
        "limit": 2,
        "used": 2,
        "asked": 1,
        "unit": "uploads",
        "resets_at": tomorrow.isoformat(),
        "profiles": [],
    }
    assert "allows 2 uploads a day, and you have begun 2 today" in refusal.message
    assert f"after 00:00 UTC on {tomorrow:%d %B}" in refusal.message
    monkeypatch.setattr("videos.quotas.usage.timezone.now", lambda: tomorrow)
    begin(owner)
    assert quotas.used_by(owner.pk).uploads_a_day == 1


@pytest.mark.django_db
def test_bytes_count_while_they_arrive_and_as_long_as_they_are_kept(owner: User) -> None:
    limit_free(stored_bytes=3000)
    keep(owner, 1000)
    dropped = keep(owner, 5000)
    Source.objects.filter(pk=dropped.pk).update(dropped_at=Now())
    begin(owner, 1500)
    refusal = refused(owner, 600)
    assert (refusal.limit, refusal.used, refusal.asked) == (3000, 2500, 600)
    assert "stores 3.0 kB (used: 2.5 kB, with the trash" in refusal.message
    growing = begin(owner, None)
    assert quotas.room_of(growing).most == 500
    Upload.objects.filter(pk=growing.pk).update(received=400)
    assert refused(owner, 200).used == 2900


@pytest.mark.django_db
def test_no_video_begins_when_all_minutes_are_used(owner: User) -> None:
    limit_free(stored_minutes=2)
    keep(owner, 1, seconds=90)
    begin(owner)
    keep(owner, 1, seconds=30)
    refusal = refused(owner)
    assert (refusal.quota, refusal.limit, refusal.used) == (Quota.STORED_MINUTES, 2, 2.0)


@pytest.mark.django_db
def test_a_plan_without_limits_asks_no_sum(owner: User, django_assert_max_num_queries: Any) -> None:
    begin(owner)
    with django_assert_max_num_queries(1):
        quotas.reserve(owner, size=10**15, is_sent=True)


@pytest.mark.django_db
def test_what_a_job_fetches_waits_in_its_queue_and_is_not_at_once(owner: User) -> None:
    limit_free(uploads_at_once=1, uploads_a_day=3)
    for _ in range(3):
        begin(owner, None, protocol=Upload.Protocol.URL)
    assert refused(owner, protocol=Upload.Protocol.URL).quota == Quota.UPLOADS_A_DAY


@pytest.mark.django_db
def test_what_an_operator_imports_is_not_held_to_the_plan(owner: User) -> None:
    limit_free(uploads_at_once=0, uploads_a_day=0, largest_file=1, stored_bytes=1, longest_video=1)
    upload = begin(
        owner, protocol=Upload.Protocol.COMMAND, limits=Limits(quotas=False), receiving=True
    )
    uploads.finish(upload, uploads.Stored(1000))
    quotas.take_length(Source.objects.get(), 60.0, counts=quotas.counts(upload))
    used = quotas.used_by(owner.pk)
    assert (used.uploads_a_day, used.stored_bytes, used.stored_seconds) == (0, 1000, 60.0)


@pytest.mark.django_db
def test_a_smaller_plan_counts_at_the_end(owner: User) -> None:
    upload = begin(owner, 2000)
    limit_free(largest_file=1000)
    with pytest.raises(QuotaExceeded):
        uploads.finish(upload, uploads.Stored(2000))
    video = Video.objects.get()
    assert (video.status, video.error_code) == ("failed", "quota_largest_file")
    assert video.error_message == (
        "Your plan allows files of 1.0 kB at most, and this one has 2.0 kB. Export it in a smaller "
        "size, or ask for a larger plan."
    )
    assert not Source.objects.exists()
    assert quotas.used_by(owner.pk).bytes == 0


@pytest.mark.django_db
def test_a_larger_plan_lets_in_what_was_refused(owner: User) -> None:
    limit_free(stored_bytes=1000)
    refused(owner, 2000)
    User.objects.update(plan="pro")
    owner.refresh_from_db()
    assert begin(owner, 2000).size == 2000


@pytest.mark.django_db(transaction=True)
def test_two_files_of_unknown_size_that_end_at_once_cannot_both_pass(
    owner: User, either_end: Callable[[Upload, int], str]
) -> None:
    limit_free(stored_bytes=3000)
    both = [begin(owner, None, receiving=True) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(either_end, both, [2000, 2000]))
    assert sorted(ends) == ["processing", "quota_stored_bytes"]
    assert quotas.used_by(owner.pk).bytes == 2000


@pytest.fixture
def either_end() -> Callable[[Upload, int], str]:
    def end(upload: Upload, size: int) -> str:
        try:
            uploads.finish(upload, uploads.Stored(size))
        except QuotaExceeded as refusal:
            return refusal.code
        finally:
            connection.close()
        return "processing"

    return end


@pytest.mark.django_db(transaction=True)
def test_of_lengths_that_become_known_at_once_only_those_pass_that_fit(owner: User) -> None:
    limit_free(stored_minutes=1)
    sources = [keep(owner, 1) for _ in range(10)]
    together = Barrier(10)

    def measured(source: Source) -> str:
        try:
            together.wait(20)
            with transaction.atomic():
                quotas.take_length(source, 20.0, counts=True)
        except QuotaExceeded as refusal:
            return refusal.code
        finally:
            connection.close()
        return "counted"

    with ThreadPoolExecutor(10) as pool:
        ends = Counter(pool.map(measured, sources))
    assert ends == {"counted": 3, "quota_stored_minutes": 7}
    assert quotas.used_by(owner.pk).stored_seconds == 60
