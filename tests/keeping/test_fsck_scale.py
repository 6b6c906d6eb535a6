"""fsck holds as little for many objects as for few."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.keeping.conftest import Place

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(500)]

_MANY = """
import json, resource, time
from datetime import UTC, datetime
from uuid import UUID
from django.core.management import call_command
from videos import installation, keys
from videos.models import StoredObject
from videos.storage import ListedObject
from videos.storage.disk import DiskStorage

assert installation.may_delete()
COUNT = {count}
then = datetime(2020, 1, 1, tzinfo=UTC)

def key(number):
    attempt = keys.attempt_prefix(UUID(int=number // 1000), UUID(int=1))
    return keys.chunk(attempt, "180p", number % 1000)

rows = (StoredObject(storage="outputs", key=key(n), role="chunk", state="stored", bytes=5)
        for n in range(COUNT) if n % 100)
StoredObject.objects.bulk_create(rows, batch_size=5000)

def listed(storage, prefix, *, after=""):
    if str(storage.location).endswith("outputs") and not prefix:
        for n in range(COUNT):
            if n % 100 != 1:
                yield ListedObject(key(n), 5, then)

DiskStorage.list_prefix = listed
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.monotonic()
class Sink:
    last = ""
    def write(self, text):
        self.last = text or self.last
    def flush(self): pass
    def isatty(self): return False
sink = Sink()
try:
    call_command("fsck", json=True, stdout=sink)
except SystemExit:
    pass
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps([grown / 1024, time.monotonic() - began, json.loads(sink.last)["counts"]]))
"""


def test_memory_stays_the_same(new_place: Callable[..., Place]) -> None:
    grown = {}
    for count in (20_000, 200_000):
        lines = new_place(str(count)).shell(_MANY.format(count=count)).splitlines()
        (told,) = [line for line in lines if line.startswith("[")]
        grown[count], seconds, counts = json.loads(told)
        assert counts["orphaned"]["objects"] == count // 100
        assert counts["unused"]["objects"] == count // 100
        assert seconds < 200
    assert grown[200_000] < grown[20_000] + 40, f"MiB: {grown}"
