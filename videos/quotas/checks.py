"""Check quotas: before the first byte, while bytes arrive, and at the end."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import User
from accounts.plans import Terms
from processing import profiles
from videos.models import Source, Upload
from videos.quotas import usage
from videos.quotas.exceeded import Quota, QuotaExceeded
from videos.quotas.usage import Used
from videos.upload_parts import parts_for, parts_of

_MINUTE = 60


@dataclass(frozen=True)
class Room:
    """How large a file may become whose size is not known; ``most`` None is any size."""

    owner_id: Any
    terms: Terms
    used: Used | None = None

    @property
    def most(self) -> int | None:
        """The most bytes that the file may have."""
        left = None
        if self.used is not None and self.terms.stored_bytes is not None:
            left = max(0, self.terms.stored_bytes - self.used.bytes)
        known = [most for most in (left, self.terms.largest_file) if most is not None]
        return min(known) if known else None

    def require(self, size: int) -> None:
        """Raise ``QuotaExceeded`` for a file that has so many bytes."""
        _require_bytes(self.terms, size, self.used)

    def exceeded(self) -> QuotaExceeded:
        """Return the refusal of a file that is larger than ``most``, and who knows how large."""
        most, terms, used = self.most, self.terms, self.used
        if terms.largest_file == most:
            return QuotaExceeded(Quota.LARGEST_FILE, most)
        return QuotaExceeded(Quota.STORED_BYTES, terms.stored_bytes, used.bytes if used else None)


def reserve(
    owner: User,
    *,
    size: int | None,
    is_sent: bool,
    profile: str = "",
    made_of: Collection[UUID] = (),
) -> None:
    """Check what a new upload with a video needs, and count it; the caller writes its row in the
    same transaction.

    ``size`` in bytes is None if it is not known yet. What is not ``is_sent`` by somebody is fetched
    by a job, and does not count among the uploads at once. The bytes of the parts that it is
    ``made_of`` are its own. Raises ``QuotaExceeded``.
    """
    terms = owner.terms
    usage.count_upload(owner.pk)
    require_profile(owner, profile)
    if _is_unlimited(terms):
        return
    used = usage.used_by(owner.pk, besides=made_of)
    most, begun = terms.uploads_at_once, used.uploads_at_once
    if is_sent and most is not None and begun >= most:
        raise QuotaExceeded(Quota.UPLOADS_AT_ONCE, most, begun, 1)
    a_day, before = terms.uploads_a_day, used.uploads_a_day - 1
    if a_day is not None and before >= a_day:
        raise QuotaExceeded(Quota.UPLOADS_A_DAY, a_day, before, 1, usage.next_day())
    _require_stored_room(terms, used)
    _require_bytes(terms, size or 1, used)


def require_profile(owner: User, name: str) -> None:
    """Raise ``QuotaExceeded`` for a profile that the owner's plan does not have. The default may
    always be named."""
    allowed = owner.terms.profiles
    if name and allowed and name not in allowed and name != profiles.default().name:
        raise QuotaExceeded(Quota.PROFILES, list(allowed), asked=name)


def require_least(owner: User, size: int) -> None:
    """Raise ``QuotaExceeded`` if an upload of this size or more could not begin now. Nothing is
    reserved."""
    terms = owner.terms
    if _is_unlimited(terms):
        return
    used = usage.used_by(owner.pk)
    for quota, most, count, resets_at in (
        (Quota.UPLOADS_AT_ONCE, terms.uploads_at_once, used.uploads_at_once, None),
        (Quota.UPLOADS_A_DAY, terms.uploads_a_day, used.uploads_a_day, usage.next_day()),
    ):
        if most is not None and count >= most:
            raise QuotaExceeded(quota, most, count, 1, resets_at)
    _require_stored_room(terms, used)
    _require_bytes(terms, size, used)


def reserve_bytes(owner: User, size: int | None, *, besides: Collection[UUID] = ()) -> None:
    """Check the bytes of a file that is no upload with a video; the caller writes its row in the
    same transaction. Raises ``QuotaExceeded``."""
    terms = owner.terms
    if _limits_bytes(terms):
        usage.hold(owner.pk)
        _require_bytes(terms, size or 1, usage.used_by(owner.pk, besides=besides))


def announce(upload: Upload, size: int) -> None:
    """Check the size of an upload that becomes known; the caller writes it in the same transaction.
    Raises ``QuotaExceeded``."""
    if counts(upload):
        reserve_bytes(_owner_of(upload), size, besides=_with_parts(upload))


def room_of(upload: Upload) -> Room:
    """Return the room that an upload of unknown size has at the moment. Others take from it too, so
    the end decides."""
    owner = _owner_of(upload)
    if not counts(upload):
        return Room(owner.pk, Terms())
    if owner.terms.stored_bytes is None:
        return Room(owner.pk, owner.terms)
    return Room(owner.pk, owner.terms, usage.used_by(owner.pk, besides=_with_parts(upload)))


def take_size(upload: Upload, size: int) -> None:
    """Check a file that is stored whole; the caller makes it a source in the same transaction.
    Raises ``QuotaExceeded``."""
    announce(upload, size)


def take_length(source: Source, seconds: float, *, counts: bool) -> None:
    """Count the measured length of a source, once, in the transaction that stores what was
    measured. Raises ``QuotaExceeded`` if it ``counts`` against the owner's quotas."""
    rows = Source.objects.filter(pk=source.pk)
    if rows.exclude(seconds=None).exists():
        return
    owner = source.owner
    if counts and (owner.terms.longest_video, owner.terms.stored_minutes) != (None, None):
        usage.hold(owner.pk)
        _require_length(owner.terms, seconds, usage.used_by(owner.pk))
    rows.update(seconds=seconds)


def counts(upload: Upload | None) -> bool:
    """Whether an upload is held to its owner's quotas; what operators import by commands is not."""
    return upload is None or upload.limits.get("quotas") is not False


def _owner_of(upload: Upload) -> User:
    return User.objects.only("pk", "plan").get(pk=upload.owner_id)


def _with_parts(upload: Upload) -> set[UUID]:
    named = set(parts_of(upload))
    if upload.protocol == Upload.Protocol.DELEGATED:
        named |= set(parts_for(upload).values_list("pk", flat=True))
    return {upload.pk, *named}


def _is_unlimited(terms: Terms) -> bool:
    return not _limits_bytes(terms) and (
        (terms.uploads_at_once, terms.uploads_a_day, terms.stored_minutes) == (None, None, None)
    )


def _limits_bytes(terms: Terms) -> bool:
    return (terms.stored_bytes, terms.largest_file) != (None, None)


def _require_stored_room(terms: Terms, used: Used) -> None:
    """Refuse a further video when all minutes are used; how long it is, the probe tells."""
    most = terms.stored_minutes
    if most is not None and used.stored_seconds >= most * _MINUTE:
        raise QuotaExceeded(Quota.STORED_MINUTES, most, used.minutes)


def _require_bytes(terms: Terms, size: int, used: Used | None) -> None:
    largest, stored = terms.largest_file, terms.stored_bytes
    if largest is not None and size > largest:
        raise QuotaExceeded(Quota.LARGEST_FILE, largest, asked=size)
    if stored is not None and used is not None and used.bytes + size > stored:
        raise QuotaExceeded(Quota.STORED_BYTES, stored, used.bytes, size)


def _require_length(terms: Terms, seconds: float, used: Used) -> None:
    longest, stored = terms.longest_video, terms.stored_minutes
    if longest is not None and seconds > longest:
        raise QuotaExceeded(Quota.LONGEST_VIDEO, longest, asked=round(seconds, 1))
    if stored is not None and used.stored_seconds + seconds > stored * _MINUTE:
        minutes = round(seconds / _MINUTE, 1)
        raise QuotaExceeded(Quota.STORED_MINUTES, stored, used.minutes, minutes)
