"""Import each source once for its owner, whatever is killed meanwhile and whoever else imports it.

A source is claimed before it is imported. What the import creates is noted on the claim in the
transaction that creates it, and the claim is answered when the bytes are stored. Another run waits
for a claim that is held. One that was killed leaves its claim free a minute later, and what it had
begun is begun anew.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from videos import idempotency, purge
from videos.idempotency import Answer, Asked, KeyInFlight, Made
from videos.management.importing import kinds
from videos.models import Image, Upload, Video

# With a blank, which the keys of requests cannot have.
_PREFIX = "import_file "
_CREATED = 201
_LOOK_EVERY_SECONDS = 1.0
_GONE_WRONG = (Video.Status.FAILED, Video.Status.CANCELED)


@dataclass(frozen=True)
class Taken:
    """What a source became: a video or an image, and whether this import made it."""

    kind: str
    id: UUID
    new: bool = True


def once(
    owner: User, identity: Sequence[object], act: Callable[[], Taken], waits: Callable[[], None]
) -> Taken:
    """Import a source by ``act`` unless that was done already. ``waits`` is called when another run
    holds it. Raises what ``act`` raises."""
    key = _PREFIX + _hashed(identity)
    asked = Asked(idempotency.COMMAND, "import_file", _hashed([]))
    told = False
    if (there := look(owner, identity)) is not None:
        return there
    while True:
        try:
            claimed = idempotency.claim(owner, key, asked)
        except KeyInFlight:
            if not told:
                waits()
            told = True
            time.sleep(_LOOK_EVERY_SECONDS)
            continue
        if isinstance(claimed, idempotency.Claim):
            with idempotency.acting(claimed):
                return _act(claimed, act)
        made = _read(claimed)
        if _stands(made):
            return Taken(made.kind, made.id, new=False)
        discard(made)
        idempotency.forget(owner, key, claimed)


def look(owner: User, identity: Sequence[object]) -> Taken | None:
    """Return what a source has become already, without claiming it."""
    claimed = idempotency.seen(owner, _PREFIX + _hashed(identity))
    there = _read(claimed) if claimed else None
    return Taken(there.kind, there.id, new=False) if there and _stands(there) else None


def discard(made: Made) -> None:
    """Delete the video of an import that never had its bytes, so that another can take its
    place."""
    if made.kind == kinds.VIDEO:
        empty = Q(status__in=_GONE_WRONG) | _in_vain()
        video = Video.objects.filter(empty, pk=made.id, source=None).first()
        if video is not None:
            purge.purge(video)


def _act(claimed: idempotency.Claim, act: Callable[[], Taken]) -> Taken:
    before = next((made for made in claimed.made if _stands(made)), None)
    if before is not None:
        taken = Taken(before.kind, before.id, new=False)
    else:
        for made in claimed.made:
            discard(made)
        taken = act()
    body = json.dumps([taken.kind, str(taken.id)])
    idempotency.answered(claimed, Answer(_CREATED, body, ""))
    return taken


def _stands(made: Made) -> bool:
    """Return whether what an import made is there, and has its bytes or a job that fetches them."""
    if made.kind == kinds.IMAGE:
        return Image.objects.filter(pk=made.id, deleted_at=None).exists()
    videos = Video.objects.filter(pk=made.id, deleted_at=None)
    empty = Q(status__in=_GONE_WRONG, source=None) | _in_vain()
    return videos.exists() and not videos.filter(empty).exists()


def _in_vain() -> Q:
    """Return the condition of videos whose bytes a command brings: nobody does so any more when
    the claim is free."""
    return Q(upload__protocol=Upload.Protocol.COMMAND, upload__finished_at=None)


def _read(answer: Answer) -> Made:
    kind, pk = json.loads(answer.body)
    return Made(kind, UUID(pk))


def _hashed(told: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
