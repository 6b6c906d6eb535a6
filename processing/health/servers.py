"""Checks of what the product needs around it: database, Redis, storage, workers, disk."""

from pathlib import Path
from tempfile import TemporaryDirectory

import redis as redis_client
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Now

from processing.health.finding import Finding
from processing.models import Run, Worker
from processing.monitoring import reconcilers
from processing.workers.presence import ALIVE_WITHIN, DISK_FULL, disk_has_room
from videos import installation, keys
from videos.objects.unknown import counted
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


def storage_owner() -> Finding:
    """Both storages are this installation's, so that objects may be deleted; what is unknown."""
    ok, sentence = installation.status()
    unknown = counted()
    if unknown is not None and unknown.objects:
        sentence += f" {unknown.objects} unknown objects ({unknown.bytes} bytes) in them."
    return Finding("Storage's owner", ok, sentence, "See `manage.py adopt_storage --dry-run`.")


def storage_round_trip() -> Finding:
    """Both storages take, give back and delete an object."""
    try:
        for store in (originals(), outputs()):
            _round_trip(store)
    except (StorageUnavailable, ObjectMissing, OSError) as error:
        return Finding("Storage", False, str(error), _STORAGE_HINT)
    kind = "bucket" if settings.ENV.s3 else "disk"
    return Finding("Storage", True, f"{kind}: write, read, delete")


def static_files() -> Finding:
    """The pages' styles and scripts were collected where they are served from."""
    try:
        staticfiles_storage.url("css/site.css")
    except ValueError:
        hint = "Run manage.py collectstatic --no-input: until then every page answers 500."
        return Finding("Static files", False, "not collected", hint)
    return Finding("Static files", True, "collected")


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


def reconciler() -> Finding:
    """A reconciler lives, and its duties run."""
    try:
        state = reconcilers.read()
    except DatabaseError:
        return Finding("Reconciler", False, "unknown", "The database does not answer.")
    wrong = reconcilers.problems(state)
    detail = "; ".join(wrong) or f"{len(state.alive)} alive"
    return Finding("Reconciler", not wrong, detail, _RECONCILER_HINT)


def budgets() -> Finding:
    """How many owners asked for more than a day's budget, so that their videos wait."""
    behind = Run.objects.filter(status__in=Run.ACTIVE, over_budget=True)
    try:
        owners = behind.values("video__owner").distinct().count()
    except DatabaseError:
        return Finding("Budgets", True, "unknown")
    allowed = f"{settings.DAILY_GIGAPIXELS} gigapixels a day"
    told = f"{owners} owners wait behind others" if owners else "nobody is over theirs"
    return Finding("Budgets", True, f"{allowed}; {told}")


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


_RECONCILER_HINT = "Start `manage.py reconcile --forever`, or look at Duties in the admin."
_STORAGE_HINT = "It cannot be used: check the S3_* values, or the rights of the data folder."


def _look(store: MediaStorage) -> None:
    try:
        store.object_size(keys.PROBE)
    except ObjectMissing:
        return


def _round_trip(store: MediaStorage) -> None:
    with TemporaryDirectory() as folder:
        sent, back = Path(folder, "sent"), Path(folder, "back")
        sent.write_bytes(b"vodloom")
        store.put_file(keys.PROBE, sent, content_type="text/plain")
        try:
            store.fetch(keys.PROBE, back)
            if back.read_bytes() != sent.read_bytes():
                raise StorageUnavailable("what was read is not what was written")
        finally:
            store.delete_key(keys.PROBE)
