"""The encoding profiles by name. They are rows that staff edit; each run keeps its own copy."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from django.db import transaction
from django.db.models import QuerySet

from accounts import audit
from processing.ffmpeg.planning.ladder import Profile, Step
from processing.models import AlternateRung, EncodingProfile, EncodingRung


class NoSuchProfile(Exception):
    """Raised when no profile has this name."""


class MakesNoVideo(Exception):
    """Raised when a profile without rungs is to become the default."""


def named(name: str) -> Profile:
    """Return the profile with this name. Raises ``NoSuchProfile``."""
    return _read(everything().filter(name=name), name)


def default() -> Profile:
    """Return the profile for new videos. Raises ``NoSuchProfile`` if none is the default."""
    return _read(everything().filter(is_default=True), "default")


def names() -> list[str]:
    """Return the names of all profiles, sorted."""
    return list(EncodingProfile.objects.values_list("name", flat=True))


def everything() -> QuerySet[EncodingProfile]:
    """Return the query for all profiles with their rungs, which takes three database queries."""
    return EncodingProfile.objects.prefetch_related("rungs", "alternate_rungs")


def make_default(row: EncodingProfile) -> None:
    """Make this profile the default for new videos. Raises ``MakesNoVideo``."""
    with transaction.atomic():
        rows = list(everything().select_for_update())
        if not any(one.rungs.all() for one in rows if one.pk == row.pk):
            raise MakesNoVideo(row.name)
        EncodingProfile.objects.filter(is_default=True).update(is_default=False)
        EncodingProfile.objects.filter(pk=row.pk).update(is_default=True)
        audit.person_did("encoding_profile.made_default", row)


def profile_of(row: EncodingProfile) -> Profile:
    """Return the profile as a value, which a run copies."""
    rungs = row.rungs.all()
    return Profile(
        name=row.name,
        rungs=steps(rungs),
        preset=row.preset,
        audio_bitrate=row.audio_kbps * 1000,
        codec=row.codec,
        copies=row.copies,
        downloads=tuple(step.short_side for step in steps(r for r in rungs if r.download)),
        more_rungs=alternate_steps(row.alternate_rungs.all()),
        more_audio=("opus",) if row.also_opus else (),
        takes_incomplete=row.takes_incomplete,
        left_out=tuple(row.left_out),
    )


def steps(rungs: Iterable[EncodingRung]) -> tuple[Step, ...]:
    """Return the rungs, largest first, with bitrates converted from kbit/s to bits per second."""
    ordered = sorted(rungs, key=lambda rung: -rung.short_side)
    return tuple(Step(r.short_side, r.crf, r.maxrate_kbps * 1000) for r in ordered)


def alternate_steps(rungs: Iterable[AlternateRung]) -> tuple[Step, ...]:
    """Return the rungs in other codecs, sorted, with bitrates converted to bits per second."""
    return tuple(
        Step(r.short_side, r.crf, r.maxrate_kbps * 1000, r.codec, r.preset)
        for r in sorted(rungs, key=lambda rung: (rung.codec, -rung.short_side))
    )


def faults(steps: Sequence[Step], *, is_default: bool) -> list[str]:
    """Return sentences for people about faults of a profile's rungs taken together."""
    if not steps and is_default:
        return ["The default profile needs a rung, or new videos would have no video."]
    ordered = sorted(steps, key=lambda step: -step.short_side)
    found = []
    for larger, smaller in pairwise(ordered):
        if larger.short_side == smaller.short_side:
            found.append(f"There are two rungs of {larger.name}. Remove one.")
        elif larger.maxrate <= smaller.maxrate:
            found.append(
                f"{larger.name} is capped at {larger.maxrate // 1000} kbit/s, "
                f"and {smaller.name}, which is smaller, at {smaller.maxrate // 1000}. "
                "A larger rung needs a higher cap."
            )
    return found


def _read(rows: QuerySet[EncodingProfile], name: str) -> Profile:
    row = rows.first()
    if row is None:
        raise NoSuchProfile(name)
    return profile_of(row)
