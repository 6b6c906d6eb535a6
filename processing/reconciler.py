"""The reconciler: one pass over everything that may have been lost, again and again.

It remembers between passes that the database was away: workers must then first get one
full lease in which to renew, so that an outage counts as nobody's crash.
"""

import time
from dataclasses import dataclass, fields

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from processing.pipeline import attempt, reconcile
from processing.workers import temp_files
from videos import installation, objects, purge
from videos.events import log
from videos.ingest import closing
from videos.objects import unknown

logger = structlog.get_logger(__name__)

_LOOK_EVERY_SECONDS = 10.0


@dataclass
class Report:
    """What a pass put right, by kind."""

    taken_back: int = 0
    advanced: int = 0
    woken: int = 0
    uploads_expired: int = 0
    purged: int = 0
    releases_swept: int = 0
    sources_swept: int = 0
    objects_marked: int = 0
    objects_deleted: int = 0
    leftovers_removed: int = 0
    events_placed: int = 0

    def __str__(self) -> str:
        done = [(f.name.replace("_", " "), getattr(self, f.name)) for f in fields(self)]
        return ", ".join(f"{name}: {count}" for name, count in done if count) or "nothing to do"


class Reconciler:
    """Passes over the rows; one instance for a process."""

    def __init__(self) -> None:
        self._last_pass: float | None = None
        self._leases_count_from = 0.0
        self._looked_at: float | None = None

    def run_once(self) -> Report:
        """One pass; raises ``DatabaseError`` when the database is away."""
        now = time.monotonic()
        away = self._last_pass is not None and now - self._last_pass > settings.TASK_LEASE_SECONDS
        if away:
            self._leases_count_from = now + settings.TASK_LEASE_SECONDS
        report = Report()
        if now >= self._leases_count_from:
            report.taken_back = reconcile.take_back_overdue()
        report.advanced = reconcile.advance_finished()
        report.uploads_expired = closing.expire_uploads()
        report.purged = purge.purge_expired()
        report.releases_swept = purge.sweep_releases()
        report.sources_swept = purge.sweep_sources()
        report.objects_marked = attempt.mark_abandoned() + self._look_through(now)
        installation.keep()
        report.objects_deleted = objects.delete_marked()
        report.events_placed = log.sequence()
        report.leftovers_removed = temp_files.remove()
        report.woken = reconcile.wake_queues()
        reconcile.forget_gone_workers()
        self._last_pass = time.monotonic()
        return report

    def _look_through(self, now: float) -> int:
        """A step through the storages and the rows, now and then: what it finds is rare."""
        if self._looked_at is not None and now - self._looked_at < _LOOK_EVERY_SECONDS:
            return 0
        self._looked_at = now
        return unknown.look_for_unknown() + objects.mark_ownerless()

    def run_forever(self) -> None:
        """Pass every few seconds; an error of the database or storage is waited out."""
        while True:
            try:
                report = self.run_once()
                if str(report) != "nothing to do":
                    logger.info("reconciled", report=str(report))
            except DatabaseError as error:
                logger.warning("reconcile_failed", reason=type(error).__name__)
                self._leases_count_from = time.monotonic() + settings.TASK_LEASE_SECONDS
            finally:
                connection.close()
            time.sleep(settings.RECONCILE_SECONDS)
