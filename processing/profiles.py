"""The profiles there are, by name: rows that staff edit; a run keeps a copy of its own."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from django.db import transaction
from django.db.models import QuerySet

from processing.ffmpeg.planning.ladder import Profile, Step
from processing.models import EncodingProfile, EncodingRung


class NoSuchProfile(Exception):
    """Raised when no profile has this name."""


class MakesNoPictures(Exception):
    """Raised when a profile without rungs is to become the default."""


def named(name: str) -> Profile:
    """The profile of a name. Raises ``NoSuchProfile``."""
    return _read(everything().filter(name=name), name)


def default() -> Profile:
    """The profile that new videos are made with."""
    return _read(everything().filter(is_default=True), "default")


def names() -> list[str]:
    """Those there are, in their order."""
    return list(EncodingProfile.objects.values_list("name", flat=True))


def everything() -> QuerySet[EncodingProfile]:
    """All rows with their rungs, in two queries."""
    return EncodingProfile.objects.prefetch_related("rungs")


def make_default(row: EncodingProfile) -> None:
    """Let new videos be made with this one. Raises ``MakesNoPictures``."""
    with transaction.atomic():
        rows = list(everything().select_for_update())
        if not any(one.rungs.all() for one in rows if one.pk == row.pk):
            raise MakesNoPictures(row.name)
        EncodingProfile.objects.filter(is_default=True).update(is_default=False)
        EncodingProfile.objects.filter(pk=row.pk).update(is_default=True)


def profile_of(row: EncodingProfile, rungs: Iterable[EncodingRung] | None = None) -> Profile:
    """What a run takes with it; bitrates from kbit/s to bits per second."""
    ordered = sorted(row.rungs.all() if rungs is None else rungs, key=lambda rung: -rung.short_side)
    return Profile(
        name=row.name,
        rungs=tuple(Step(r.short_side, r.crf, r.maxrate_kbps * 1000) for r in ordered),
        preset=row.preset,
        audio_bitrate=row.audio_kbps * 1000,
        codec=row.codec,
        copies=row.copies,
        downloads=tuple(rung.short_side for rung in ordered if rung.download),
    )


def faults(steps: Sequence[Step], *, is_default: bool) -> list[str]:
    """What is wrong with a profile's rungs taken together, for people."""
    if not steps and is_default:
        return ["The default profile needs a rung, or new videos would have no pictures."]
    ordered = sorted(steps, key=lambda step: -step.short_side)
    found = []
    for larger, smaller in pairwise(ordered):
        if larger.short_side == smaller.short_side:
            found.append(f"There are two rungs of {larger.short_side}p. Remove one.")
        elif larger.maxrate <= smaller.maxrate:
            found.append(
                f"{larger.short_side}p is capped at {larger.maxrate // 1000} kbit/s, "
                f"and {smaller.short_side}p, which is smaller, at {smaller.maxrate // 1000}. "
                "A larger rung needs a higher cap."
            )
    return found


def _read(rows: QuerySet[EncodingProfile], name: str) -> Profile:
    row = rows.first()
    if row is None:
        raise NoSuchProfile(name)
    return profile_of(row)
