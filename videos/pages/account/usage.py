"""The page of one's plan: what it allows, what is used of it, and what is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from videos.models import Video
from videos.quotas import Quota, amount
from videos.quotas.standing import Standing, standings

_NEARLY = 0.8
_LABELS = {
    Quota.STORED_BYTES: "Stored files",
    Quota.STORED_MINUTES: "Stored minutes",
    Quota.UPLOADS_A_DAY: "Uploads today",
    Quota.UPLOADS_AT_ONCE: "Uploads at once",
}


@dataclass(frozen=True)
class Meter:
    """A quota as it is shown: ``used`` and ``left`` in words, and how full it is, as a meter draws
    it. Without a limit there is nothing to draw."""

    name: str
    label: str
    used: str
    left: str
    value: float = 0
    most: float | None = None

    @property
    def high(self) -> float:
        """From where on the meter warns."""
        return (self.most or 0) * _NEARLY


@require_safe
@never_cache
@login_required
def usage(request: HttpRequest) -> HttpResponse:
    """Show one's own plan and usage."""
    user = cast(User, request.user)
    found = standings(user)
    context = {
        "plan": user.terms.label,
        "running": user.terms.running,
        "profiles": ", ".join(user.terms.profiles),
        "meters": list(_meters(found)),
        "resets_at": found[Quota.UPLOADS_A_DAY].resets_at,
        "counts": Video.objects.filter(owner=user).aggregate(
            videos=Count("pk", filter=Q(deleted_at=None)),
            trashed=Count("pk", filter=Q(deleted_at__isnull=False)),
        ),
        **{str(quota): _at_most(found[quota], quota) for quota in _OF_ONE},
    }
    return render(request, "account/usage.html", context)


_OF_ONE = (Quota.LARGEST_FILE, Quota.LONGEST_VIDEO)


def _meters(found: Mapping[Quota, Standing]) -> Iterator[Meter]:
    for quota, label in _LABELS.items():
        one = found[quota]
        used = amount(quota, one.used or 0)
        if one.limit is None:
            yield Meter(str(quota), label, used, "no limit")
            continue
        said = f"{_number(quota, one.used or 0)} of {amount(quota, one.limit)}"
        left = f"{amount(quota, one.left or 0)} left"
        yield Meter(str(quota), label, said, left, min(one.used or 0, one.limit), one.limit)


def _at_most(one: Standing, quota: Quota) -> str:
    return "No limit in your plan" if one.limit is None else amount(quota, one.limit)


def _number(quota: Quota, used: float) -> str:
    """Return what is used as it stands before the limit, which names the unit of what is counted;
    sizes have units of their own."""
    return amount(quota, used) if quota == Quota.STORED_BYTES else f"{used:,.6g}"
