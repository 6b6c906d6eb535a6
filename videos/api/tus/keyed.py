"""``Idempotency-Key`` at a creation by tus: the same request makes one upload, and is told where it
is each time.

The bytes of a request are not part of what is compared, since they may go on for hours; their
announced length and their checksum are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from django.db import DatabaseError

from accounts.models import User
from videos import idempotency
from videos.api import problems
from videos.api.asgi import Answer, Asked
from videos.api.idempotency import HEADER, REPLAYED, is_final, valid
from videos.database_threads import DatabaseThreads
from videos.idempotency import Claim, Made
from videos.ingest.receiving.shielding import shielded

_COMPARED = (
    "content-length",
    "content-type",
    "upload-checksum",
    "upload-concat",
    "upload-defer-length",
    "upload-length",
    "upload-metadata",
)
Stored = idempotency.Answer


def claimed(user: User, asked: Asked, *, within: str = "") -> Claim | Stored | None:
    """Claim the key of a request, or return the answer that was given before; None without a key.

    Keys of requests ``within`` an address are apart from those of its owner: no key of a user has a
    space. Raises ``InvalidKey``, ``KeyInFlight`` or ``KeyMismatch``.
    """
    key = asked.headers.get(HEADER.lower())
    if key is None:
        return None
    key = valid(key)
    if within:
        key = f"{within} {hashlib.sha256(key.encode()).hexdigest()}"
    told = [asked.method, asked.path, {name: asked.headers.get(name) for name in _COMPARED}]
    digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()
    return idempotency.claim(user, key, idempotency.Asked(asked.method, asked.path, digest))


async def answer(
    found: Claim | Stored | None,
    threads: DatabaseThreads,
    *,
    act: Callable[[], Awaitable[Answer]],
    again: Callable[[str | Sequence[Made]], Awaitable[Answer | None]],
) -> Answer:
    """Return the answer of ``act``, which is stored under the claimed key if it is final.

    For a request that was answered, or whose attempt died after it had created something,
    ``again`` returns how that stands, by its location or by what was made; None if it is gone.
    """
    if found is None:
        return await act()
    if isinstance(found, Stored):
        return (await _replayed(found, again)).with_headers({REPLAYED: "true"})
    try:
        with idempotency.noting(found):
            told = (await again(found.made) if found.made else None) or await act()
    except Exception as error:
        known = problems.answered(error)
        if known is not None and is_final(known.status, known.problem):
            body = json.dumps(known.problem, default=str)
            await _store(found, Stored(known.status, body, ""), threads)
        else:
            await _give_back(found, threads)
        raise
    except BaseException:  # the server stops
        await _give_back(found, threads)
        raise
    await _store(found, Stored(told.status, "", told.headers.get("Location", "")), threads)
    return told


async def _replayed(
    found: Stored, again: Callable[[str | Sequence[Made]], Awaitable[Answer | None]]
) -> Answer:
    if found.status >= 400:
        return Answer(found.status, {}, json.loads(found.body), problems.CONTENT_TYPE)
    standing = await again(found.location)
    return standing or Answer(found.status, {"Location": found.location})


async def _store(found: Claim, told: Stored, threads: DatabaseThreads) -> None:
    """Store an answer. Without the database the key stays claimed until its lease ends, and what
    was made is noted on it."""
    with suppress(DatabaseError):
        await shielded(threads.run(idempotency.answered, found, told))


async def _give_back(found: Claim, threads: DatabaseThreads) -> None:
    with suppress(DatabaseError):
        await shielded(threads.run(idempotency.give_back, found))
