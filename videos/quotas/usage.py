"""What a user has used, from the rows, and the row that is held while quotas are checked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Case, Count, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from accounts.models import Usage
from videos.models import Source, Track, Upload, Video
from videos.upload_parts import PART_OF, PARTS

_SENT = (Upload.Protocol.POST, Upload.Protocol.TUS, Upload.Protocol.S3, Upload.Protocol.DELEGATED)
# The bytes of a whole are those of its parts: one of them counts.
_ELSEWHERE = Q(settings__has_key=PARTS) | Q(settings__has_key=PART_OF)
_AWAITED = Q(video=None) | Q(
    video__status__in=(Video.Status.PENDING_UPLOAD, Video.Status.UPLOADING), video__deleted_at=None
)
_KEPT = Q(dropped_at=None)
_BYTES = BigIntegerField()


@dataclass(frozen=True)
class Used:
    """What a user has used: ``stored_seconds`` and ``stored_bytes`` of originals, with the trash;
    ``arriving_bytes`` of uploads that are not finished, as they were announced."""

    uploads_at_once: int
    uploads_a_day: int
    stored_seconds: float
    stored_bytes: int
    arriving_bytes: int

    @property
    def bytes(self) -> int:
        """All bytes that count."""
        return self.stored_bytes + self.arriving_bytes

    @property
    def minutes(self) -> float:
        """The stored minutes, to a tenth."""
        return round(self.stored_seconds / 60, 1)


def used_by(owner_id: Any, *, besides: Collection[UUID] = ()) -> Used:
    """Return what a user has used in four queries, without the uploads that are named."""
    today = Usage.objects.filter(user=owner_id, day=_today())
    stored = Source.objects.filter(owner=owner_id).aggregate(
        seconds=Coalesce(Sum("seconds"), 0.0), bytes=Coalesce(Sum("size", filter=_KEPT), 0)
    )
    sounds = Track.objects.filter(video__owner=owner_id, kind=Track.Kind.AUDIO)
    arriving = _arriving(owner_id, besides)
    return Used(
        uploads_at_once=arriving["count"],
        uploads_a_day=today.values_list("uploads", flat=True).first() or 0,
        stored_seconds=stored["seconds"],
        stored_bytes=stored["bytes"] + (sounds.aggregate(n=Sum("original_bytes"))["n"] or 0),
        arriving_bytes=arriving["bytes"],
    )


def _arriving(owner_id: Any, besides: Collection[UUID]) -> dict[str, Any]:
    bytes_each = Greatest(Coalesce("size", "received"), F("received"), output_field=_BYTES)
    open_ones = Upload.objects.filter(_AWAITED, owner=owner_id, finished_at=None)
    open_ones = open_ones.exclude(pk__in=besides)
    return open_ones.aggregate(
        count=Count("pk", filter=Q(video__isnull=False, protocol__in=_SENT)),
        bytes=Coalesce(Sum(bytes_each, filter=~_ELSEWHERE), 0),
    )


def hold(owner_id: Any) -> None:
    """Hold the row of a user's usage until the transaction ends: others wait for it. Of the rows
    that are locked after it, only the upload's own video is not new."""
    Usage.objects.bulk_create([Usage(user_id=owner_id)], ignore_conflicts=True)
    list(Usage.objects.select_for_update(of=("self",)).filter(user=owner_id))


def count_upload(owner_id: Any) -> None:
    """Count an upload that begins, and hold the row until the transaction ends."""
    today = _today()
    anew = Case(When(day=today, then=F("uploads") + 1), default=Value(1))
    rows = Usage.objects.filter(user=owner_id)
    if not rows.update(uploads=anew, day=today):
        Usage.objects.bulk_create([Usage(user_id=owner_id)], ignore_conflicts=True)
        rows.update(uploads=anew, day=today)


def next_day() -> datetime:
    """Return when the uploads of a day are counted anew."""
    return datetime.combine(_today() + timedelta(days=1), time(), tzinfo=UTC)


def _today() -> date:
    return timezone.now().astimezone(UTC).date()
