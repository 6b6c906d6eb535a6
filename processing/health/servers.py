"""Checks for ``/readyz?all=1``, with one finding for each part: the worst."""

from collections.abc import Sequence
from uuid import uuid4

import redis as redis_client
from django.conf import settings

from processing.health import work
from processing.health.finding import CheckResult, Level
from videos import keys
from videos.storage import MediaStorage, ObjectMissing, StorageUnavailable, originals, outputs

# Workers wait for messages with BLMOVE.
_REDIS = (6, 2)


def redis() -> CheckResult:
    """Check that Redis answers and is new enough for the commands we use."""
    client = redis_client.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2
    )
    try:
        version = str(client.info("server")["redis_version"])
    except redis_client.RedisError:
        return CheckResult("Redis", False, "", "It does not answer: check REDIS_URL.")
    finally:
        client.close()
    new_enough = tuple(map(int, version.split(".")[:2])) >= _REDIS
    return CheckResult("Redis", new_enough, version, "Use Redis 6.2 or later.")


def storage_round_trip() -> CheckResult:
    """Check that both storages write, read and delete an object."""
    try:
        for store in (originals(), outputs()):
            _round_trip(store)
    except (StorageUnavailable, ObjectMissing, OSError):
        return CheckResult("Storage", False, "", _STORAGE_HINT)
    kind = "bucket" if settings.ENV.s3 else "disk"
    return CheckResult("Storage", True, f"{kind}: write, read, delete")


def workers() -> CheckResult:
    """Return the worst finding about workers: each queue needs one that was seen lately."""
    return _worst("Workers", work.workers())


def reconciler() -> CheckResult:
    """Check that a reconciler is alive and its duties run."""
    return work.reconciler()


_STORAGE_HINT = "It cannot be used: check the S3_* values, or the rights of the data folder."


def _round_trip(store: MediaStorage) -> None:
    key, sent = f"{keys.PROBE}-{uuid4().hex}", b"vodloom"
    store.put_bytes(key, sent, content_type="text/plain")
    try:
        if store.read_bytes(key, at_most=100) != sent:
            raise StorageUnavailable("what was read is not what was written")
    finally:
        store.delete_key(key)


def _worst(name: str, found: Sequence[CheckResult]) -> CheckResult:
    """Return the first of the worst findings, or that all is well if there is none."""
    order = (Level.FAULT, Level.WARNING, Level.OK)
    return min(
        found, key=lambda one: order.index(one.level), default=CheckResult(name, True, "well")
    )
