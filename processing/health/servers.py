"""One finding for each part, for ``/readyz``: the quick looks, and the worst of the long ones."""

from collections.abc import Sequence
from uuid import uuid4

import redis as redis_client
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Now

from processing.health import site, work
from processing.health.finding import Finding, Level
from processing.models import Worker
from processing.workers.presence import ALIVE_WITHIN, DISK_FULL, disk_has_room
from videos import keys
from videos.storage import MediaStorage, ObjectMissing, StorageUnavailable, originals, outputs

# Workers wait for messages by BLMOVE.
_REDIS = (6, 2)


def database() -> Finding:
    """The database answers and its tables are up to date."""
    try:
        behind = not _is_migrated()
    except DatabaseError:
        return Finding("Database", False, "", "It does not answer: check DATABASE_URL.")
    hint = "Run manage.py migrate."
    return Finding("Database", not behind, str(connection.display_name), hint)


_migrated = False


def _is_migrated() -> bool:
    """Whether every migration was applied. Once they were they stay so: then it is only asked
    whether the database answers, without reading all migrations again."""
    global _migrated  # noqa: PLW0603  # what this process has seen
    if _migrated:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    executor = MigrationExecutor(connection)
    _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


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


def disk() -> Finding:
    """Here, and where workers live, is room for work."""
    hint = "Free some disk space, or set DATA to a larger disk."
    if not disk_has_room():
        return Finding("Disk", False, "nearly full here", hint)
    try:
        alive = Worker.objects.filter(last_seen__gt=Now() - ALIVE_WITHIN)
        full = alive.filter(waits_because=DISK_FULL)
        names = ", ".join(full.values_list("name", flat=True))
    except DatabaseError:
        return Finding("Disk", True, "room here; workers unknown")
    return Finding("Disk", not names, f"nearly full at {names}" if names else "has room", hint)


def storage_round_trip() -> Finding:
    """Both storages take, give back and delete an object."""
    try:
        for store in (originals(), outputs()):
            _round_trip(store)
    except (StorageUnavailable, ObjectMissing, OSError):
        return Finding("Storage", False, "", _STORAGE_HINT)
    kind = "bucket" if settings.ENV.s3 else "disk"
    return Finding("Storage", True, f"{kind}: write, read, delete")


def workers() -> Finding:
    """Each queue has a worker that was seen lately."""
    return _worst("Workers", work.workers())


def static_files() -> Finding:
    """The pages' styles and scripts were collected."""
    return site.collected()


def storage_owner() -> Finding:
    """Both storages are this installation's."""
    return work.storage_owner()


def reconciler() -> Finding:
    """A reconciler lives, and its duties run."""
    return work.reconciler()


_STORAGE_HINT = "It cannot be used: check the S3_* values, or the rights of the data folder."


def _look(store: MediaStorage) -> None:
    try:
        store.object_size(keys.PROBE)
    except ObjectMissing:
        return


def _round_trip(store: MediaStorage) -> None:
    key, sent = f"{keys.PROBE}-{uuid4().hex}", b"vodloom"
    store.put_bytes(key, sent, content_type="text/plain")
    try:
        if store.read_bytes(key, at_most=100) != sent:
            raise StorageUnavailable("what was read is not what was written")
    finally:
        store.delete_key(key)


def _worst(name: str, found: Sequence[Finding]) -> Finding:
    """The first of those that are worst, or that all is well."""
    order = (Level.FAULT, Level.WARNING, Level.OK)
    return min(found, key=lambda one: order.index(one.level), default=Finding(name, True, "well"))
