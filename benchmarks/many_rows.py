"""Create many rows of every kind in the admin, for tests and benchmarks of its lists."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.db.models import Model
from django.utils import timezone

from accounts.models import ApiKey, AuditEntry, OutgoingMail, User
from processing.models import Run, Task
from videos.models import (
    Event,
    ModerationDecision,
    Release,
    Source,
    StoredObject,
    Track,
    Upload,
    Video,
)

_BATCH = 2000
_Made = dict[type[Model], list[Any]]


def fill(count: int) -> None:
    """Create ``count`` rows of each kind: videos of as many owners, with all related rows."""
    made: _Made = {}
    mark = uuid.uuid4().hex[:8]
    for model, make in _MAKERS:
        made[model] = list(_stored(model, make, count, made, mark))


def _stored(
    model: type[Model], make: Callable[..., Model], count: int, made: _Made, mark: str
) -> Iterator[Model]:
    rows = (make(n, made, f"{mark}{n}") for n in range(count))
    while batch := list(islice(rows, _BATCH)):
        yield from model._default_manager.bulk_create(batch)


def _user(n: int, made: _Made, name: str) -> User:
    return User(email=f"{name}@example.com")


def _source(n: int, made: _Made, name: str) -> Source:
    size, digest = 10**8 + n, f"{n:064x}"
    file = f"film {n}.mp4"
    return Source(
        owner=made[User][n], key=name, filename=file, size=size, sha256=digest, origin="upload"
    )


def _release(n: int, made: _Made, name: str) -> Release:
    return Release(id=uuid.uuid4(), state="complete", poster_key=f"releases/{name}/poster.jpg")


def _video(n: int, made: _Made, name: str) -> Video:
    return Video(
        owner=made[User][n],
        title=f"film {n}",
        source=made[Source][n],
        release=made[Release][n],
        playable=True,
        status="ready",
        moderation=("approved", "pending", "rejected")[n % 3],
    )


def _track(n: int, made: _Made, name: str) -> Track:
    return Track(video=made[Video][n], kind="captions", language="en", origin="file", label=name)


def _run(n: int, made: _Made, name: str) -> Run:
    failed = n % 5 == 0
    return Run(
        video=made[Video][n],
        source=made[Source][n],
        release=made[Release][n],
        kind="first",
        status="failed" if failed else "succeeded",
        error_code="internal_error" if failed else "",
        profile={"name": "default"},
        finished_at=timezone.now(),
    )


def _task(n: int, made: _Made, name: str) -> Task:
    return Task(
        run=made[Run][n],
        owner=made[User][n],
        kind="encode",
        state="done",
        queue="encode.3",
        worker=f"worker-{n % 7}",
        argv=["ffmpeg", "-i", "x"] * 20,
        log_tail="a line\n" * 50,
    )


def _upload(n: int, made: _Made, name: str) -> Upload:
    end = timezone.now()
    return Upload(
        owner=made[User][n], video=made[Video][n], key=name, filename="film.mp4", expires_at=end
    )


def _object(n: int, made: _Made, name: str) -> StoredObject:
    release = made[Release][n]
    return StoredObject(
        storage="outputs", key=name, role="chunk", state="stored", release=release, bytes=n
    )


def _event(n: int, made: _Made, name: str) -> Event:
    return Event(type="video.ready", owner=made[User][n], video_id=made[Video][n].pk)


def _decision(n: int, made: _Made, name: str) -> ModerationDecision:
    return ModerationDecision(
        video_id=made[Video][n].pk,
        title=f"film {n}",
        owner_email=made[User][n].email,
        by_email="moderator@example.com",
        before="pending",
        after="approved",
    )


def _key(n: int, made: _Made, name: str) -> ApiKey:
    return ApiKey(user=made[User][n], name="key", hint="vl_", digest=name)


def _mail(n: int, made: _Made, name: str) -> OutgoingMail:
    return OutgoingMail(to=made[User][n], template="mail/video_approved")


def _entry(n: int, made: _Made, name: str) -> AuditEntry:
    user = made[User][n]
    return AuditEntry(
        actor=user,
        actor_email=user.email,
        via="session",
        action="video.updated",
        target_kind="video",
        target_id=str(made[Video][n].pk),
        target_name=f"film {n}",
    )


_MAKERS: tuple[tuple[type[Model], Callable[..., Model]], ...] = (
    (User, _user),
    (Source, _source),
    (Release, _release),
    (Video, _video),
    (Track, _track),
    (Run, _run),
    (Task, _task),
    (Upload, _upload),
    (StoredObject, _object),
    (Event, _event),
    (ModerationDecision, _decision),
    (ApiKey, _key),
    (OutgoingMail, _mail),
    (AuditEntry, _entry),
)
