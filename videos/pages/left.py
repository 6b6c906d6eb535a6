"""What a user's plan leaves for uploads, for the pages that upload."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from videos.quotas import Quota, QuotaExceeded, amount
from videos.quotas.standing import Standing, standings

_TOLD = (Quota.STORED_BYTES, Quota.STORED_MINUTES, Quota.UPLOADS_A_DAY)


@dataclass(frozen=True)
class Left:
    """What is left in ``words``, the ``bytes`` of it (None: no limit), how many files may be sent
    ``at_once`` (None: no limit), and why none can be taken, if none can."""

    words: str = ""
    bytes: int | None = None
    at_once: int | None = None
    refusal: str = ""


def left_of(user: User) -> Left:
    """Return what is left; without limits there is nothing to ask the database."""
    terms = user.terms
    if all(getattr(terms, quota) is None for quota in (*_TOLD, Quota.UPLOADS_AT_ONCE)):
        return Left()
    found = standings(user)
    limited = {quota: found[quota] for quota in _TOLD if found[quota].limit is not None}
    over = next((quota for quota, one in limited.items() if one.left == 0), None)
    today = {Quota.UPLOADS_A_DAY: " today"}
    words = [f"{amount(q, one.left)}{today.get(q, '')}" for q, one in limited.items()]
    left = found[Quota.STORED_BYTES].left
    return Left(
        words=", ".join(words),
        bytes=None if left is None else int(left),
        at_once=terms.uploads_at_once,
        refusal="" if over is None else _refusal(over, found[over]),
    )


def _refusal(quota: Quota, one: Standing) -> str:
    return QuotaExceeded(quota, one.limit, one.used, resets_at=one.resets_at).message
