"""What can be wrong with an installation: the checks ``/readyz`` and ``doctor`` share.

Each says what it looked at, whether it is well, and otherwise what to do. No finding
carries a secret, or an address of ours.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import redis as redis_client
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Now

from processing.ffmpeg.errors import MediaError
from processing.ffmpeg.running import runner
from processing.ffmpeg.running.sandbox import Sandbox
from processing.models import Worker
from processing.steps import tools
from processing.workers.presence import ALIVE_WITHIN, disk_has_room
from videos.storage import MediaStorage, ObjectMissing, StorageUnavailable, originals, outputs

_ENCODERS = ("libx264", "aac")
# Turns HDR and wide gamuts into what every screen shows; in FFmpeg only if built with zimg.
_FILTERS = ("zscale", "bwdif")
# Workers wait for messages by BLMOVE.
_REDIS = (6, 2)
_PROBE_KEY = "doctor/probe"


@dataclass(frozen=True)
class Finding:
    """One line of a diagnosis; ``hint`` says what to do when it is not ok."""

    name: str
    ok: bool
    detail: str = ""
    hint: str = ""


def python() -> Finding:
    """The interpreter is new enough."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= (3, 11), version, "Use Python 3.11 or later.")


def ffmpeg() -> Finding:
    """ffmpeg and ffprobe start and have the encoders and filters we use."""
    hint = "Install FFmpeg with libx264 and zimg (apt-get install ffmpeg), or set VODLOOM_FFMPEG."
    try:
        version = _output([settings.FFMPEG, "-hide_banner", "-version"])
        able = _output([settings.FFMPEG, "-hide_banner", "-encoders"])
        able += _output([settings.FFMPEG, "-hide_banner", "-filters"])
        _output([settings.FFPROBE, "-hide_banner", "-version"])
    except MediaError as error:
        return Finding("FFmpeg", False, error.message, hint)
    missing = [name for name in (*_ENCODERS, *_FILTERS) if not re.search(rf"\b{name}\b", able)]
    found = " ".join(version.split()[:3])
    detail = f"{found}, lacks {', '.join(missing)}" if missing else found
    return Finding("FFmpeg", not missing, detail, hint)


def sandbox() -> Finding:
    """FFmpeg runs where it can open nothing but its input."""
    kind = tools.sandbox().kind
    return Finding(
        "Sandbox",
        kind == "bwrap" or settings.ENV.sandbox == "off",
        kind,
        "Install bubblewrap (apt-get install bubblewrap) and allow user namespaces.",
    )


def database() -> Finding:
    """The database answers and its tables are up to date."""
    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return Finding("Database", False, "", "It does not answer: check DATABASE_URL.")
    hint = "Run manage.py migrate."
    return Finding("Database", not behind, str(connection.display_name), hint)


def redis() -> Finding:
    """Redis answers and knows the commands we use."""
    client = redis_client.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2
    )
    try:
        version = str(client.info("server")["redis_version"])
    except redis_client.RedisError:
        return Finding("Redis", False, "", "It does not answer: check REDIS_URL.")
    finally:
        client.close()
    new_enough = tuple(map(int, version.split(".")[:2])) >= _REDIS
    return Finding("Redis", new_enough, version, "Use Redis 6.2 or later.")


def storage() -> Finding:
    """Both storages answer; nothing is written."""
    try:
        for store in (originals(), outputs()):
            _look(store)
    except (StorageUnavailable, OSError):
        return Finding("Storage", False, "", _STORAGE_HINT)
    return Finding("Storage", True, "answers")


def storage_round_trip() -> Finding:
    """Both storages take, give back and delete an object."""
    try:
        for store in (originals(), outputs()):
            _round_trip(store)
    except (StorageUnavailable, ObjectMissing, OSError) as error:
        return Finding("Storage", False, str(error), _STORAGE_HINT)
    kind = "bucket" if settings.ENV.s3 else "disk"
    return Finding("Storage", True, f"{kind}: write, read, delete")


def workers() -> Finding:
    """Each queue has a worker that was seen lately."""
    try:
        alive = Worker.objects.filter(last_seen__gt=Now() - ALIVE_WITHIN)
        served = {queue for worker in alive for queue in worker.queues}
        count = alive.count()
    except DatabaseError:
        return Finding("Workers", False, "unknown", "The database does not answer.")
    idle = [queue for queue in ("encode", "media") if queue not in served]
    hint = f"Start `manage.py worker --queues {','.join(idle)}`."
    return Finding("Workers", not idle, f"{count} alive", hint)


def disk() -> Finding:
    """Here, and where workers live, is room for work."""
    hint = "Free some disk space, or set DATA to a larger disk."
    if not disk_has_room():
        return Finding("Disk", False, "nearly full here", hint)
    try:
        full = Worker.objects.filter(last_seen__gt=Now() - ALIVE_WITHIN).exclude(waits_because="")
        names = ", ".join(full.values_list("name", flat=True))
    except DatabaseError:
        return Finding("Disk", True, "room here; workers unknown")
    return Finding("Disk", not names, f"nearly full at {names}" if names else "has room", hint)


_STORAGE_HINT = "It cannot be used: check the S3_* values, or the rights of the data folder."

Check = Callable[[], Finding]
READY: tuple[Check, ...] = (database, redis, storage, disk)
DOCTOR: tuple[Check, ...] = (
    python,
    ffmpeg,
    sandbox,
    database,
    redis,
    storage_round_trip,
    disk,
    workers,
)


def _look(store: MediaStorage) -> None:
    try:
        store.object_size(_PROBE_KEY)
    except ObjectMissing:
        return


def _round_trip(store: MediaStorage) -> None:
    with TemporaryDirectory() as folder:
        sent, back = Path(folder, "sent"), Path(folder, "back")
        sent.write_bytes(b"vodloom")
        store.put_file(_PROBE_KEY, sent, content_type="text/plain")
        try:
            store.fetch(_PROBE_KEY, back)
            if back.read_bytes() != sent.read_bytes():
                raise StorageUnavailable("what was read is not what was written")
        finally:
            store.delete_key(_PROBE_KEY)


def _output(argv: list[str]) -> str:
    finished = runner.run(
        argv,
        limits=runner.Limits(wall_seconds=20),
        sandbox=Sandbox("none"),
        reads=(),
        writes=None,
    )
    return finished.stdout.decode(errors="replace")
