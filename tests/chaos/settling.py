"""Bring all work to its end after the faults have stopped."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.chaos.chaos import Chaos
from tests.chaos.fleet import Fleet


def settle(chaos: Chaos, seconds: float) -> None:
    """Wait until all work has ended, without the pauses before retries, and clean up."""
    fleet = chaos.fleet
    deadline = time.monotonic() + seconds
    while _unfinished(fleet) and time.monotonic() < deadline:
        fleet.rows("UPDATE processing_task SET not_before = NULL WHERE not_before > now()")
        fleet.rows("UPDATE videos_hookdelivery SET next_at = now() WHERE next_at > now()")
        for _ in range(10):
            chaos.tick()
    _let_days_pass(fleet)
    for name in fleet.on_small_disk:
        fleet.vodloom.restart(name)  # only the workers themselves clean up their disk
    for _ in range(2):
        fleet.vodloom.manage("reconcile")
    fleet.vodloom.manage("shell", "--verbosity", "0", "-c", _A_DAY_LATER)
    while _marked(fleet) and time.monotonic() < deadline:
        fleet.rows("UPDATE videos_storedobject SET delete_after = NULL WHERE state = 'deleting'")
        fleet.vodloom.manage("reconcile")


# The age of stored objects cannot be changed, so every object counts as a day old here.
_A_DAY_LATER = """
import time
from datetime import timedelta
from videos.ingest.direct import leftovers
from videos.objects import unknown
unknown._OLD = unknown._PAUSE = timedelta(0)
search = unknown.Search()
for _ in range(20):
    search.step(now=time.monotonic() + 7200)
leftovers.abort_unknown_parts()
"""


def _marked(fleet: Fleet) -> int:
    """Return how many objects are still to be deleted or were not written completely."""
    return int(fleet.rows("SELECT count(*) FROM videos_storedobject WHERE state <> 'stored'")[0][0])


def _unfinished(fleet: Fleet) -> int:
    """Return how many videos are worked on, and how many reports are not acted upon yet."""
    return int(
        fleet.rows(
            "SELECT (SELECT count(*) FROM videos_hookdelivery WHERE state = 'received')"
            " + (SELECT count(*) FROM videos_video v WHERE status = 'processing' OR EXISTS"
            " (SELECT 1 FROM processing_run r WHERE r.video_id = v.id"
            " AND r.status IN ('queued', 'running')))"
        )[0][0]
    )


def _let_days_pass(fleet: Fleet) -> None:
    """Make everything older that is only kept for a time: unfinished uploads, the output of failed
    jobs, deleted videos, and old files."""
    fleet.rows("UPDATE videos_upload SET expires_at = now() WHERE finished_at IS NULL")
    fleet.rows(
        "UPDATE videos_release SET created_at = created_at - interval '9 days',"
        " completed_at = completed_at - interval '9 days',"
        " keep_until = keep_until - interval '9 days'"
    )
    fleet.rows("UPDATE videos_video SET deleted_at = deleted_at - interval '31 days'")
    long_ago = time.time() - 9 * 24 * 3600
    for path in temporary_files(fleet):
        os.utime(path, (long_ago, long_ago))


def temporary_files(fleet: Fleet) -> list[Path]:
    """Return the files in the folders that are empty when no work is going on."""
    found: list[Path] = []
    for data in fleet.folders:
        found += [*(data / "work").glob("*"), *(data / "uploads").glob("[!.]*")]
        found += (data / "fetch").glob("[!.]*")
        found += (data / "cache").rglob("*.part")
    return found
