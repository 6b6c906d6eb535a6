"""Import all that was named, one after another; what goes wrong with one stops no other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from django.db import connection

from videos.api import problems
from videos.ingest.services import FileChanged
from videos.management.importing import arriving, sources
from videos.management.importing.given import Given, shown
from videos.management.importing.ledger import Taken
from videos.management.importing.reporting import Reporter
from videos.management.importing.sources import File, PassedOver, Unread, Unusable
from videos.management.importing.taking import Taker

logger = structlog.get_logger(__name__)


@dataclass
class Run:
    """One call of the command, and what came of it."""

    taker: Taker
    report: Reporter
    made: list[UUID] = field(default_factory=list)
    videos: list[UUID] = field(default_factory=list)
    fetched: dict[UUID, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    there: int = 0
    would: int = 0
    passed: int = 0

    def all(self, given: Iterable[Given]) -> None:
        """Import each source."""
        for one in given:
            if one.wrong:
                self._fails(one, "", "line_wrong", one.wrong)
                continue
            try:
                for found in sources.found_in(one.source):
                    self._found(one, found)
                    self.report.counts(self._done)
            except Exception as error:
                self._fails(one, one.source, *told(error))

    def wait(self) -> None:
        """Wait until the files at URLs have arrived."""
        for pk, code, message in arriving.until_arrived(self.fetched, self.report):
            self.made.remove(pk)
            self._says_failed(self.fetched[pk], code, message)

    @property
    def summary(self) -> str:
        """How many were imported, and how many not."""
        first = f"would import {self.would}" if self.taker.dry else f"imported {len(self.made)}"
        counts = [first, f"already there {self.there}"]
        counts += [f"passed over {self.passed}"] if self.passed else []
        return ", ".join([*counts, f"failed {len(self.failures)}"]) + "."

    @property
    def _done(self) -> int:
        return len(self.made) + self.would + self.there

    def _found(self, given: Given, found: sources.Found) -> None:
        if isinstance(found, PassedOver):
            self.passed += 1
            self.report.says(f"{_at(given, found.name)} {found.why}; passed over")
        elif isinstance(found, Unread):
            self._fails(given, found.name, "source_unreadable", found.why)
        else:
            self._file(given, found)

    def _file(self, given: Given, file: File) -> None:
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        try:
            taken = self.taker.take(file, given.settings)
        except Exception as error:
            self._fails(given, file.name, *told(error))
            return
        name = _at(given, file.name)
        if taken is None:
            self.would += 1
            self.report.says(f"{name} would be imported")
        elif not taken.new:
            self.there += 1
            self.report.says(f"{name} is there already, as {taken.id}")
        else:
            self._note(name, file, taken)

    def _note(self, name: str, file: File, taken: Taken) -> None:
        self.made.append(taken.id)
        self.report.made(taken.id)
        if taken.kind == "video":
            self.videos.append(taken.id)
            if isinstance(file, sources.Remote):
                self.fetched[taken.id] = name

    def _fails(self, given: Given, name: str, code: str, message: str) -> None:
        self._says_failed(_at(given, name), code, message)

    def _says_failed(self, where: str, code: str, message: str) -> None:
        self.failures.append(f"{where}: {code}: {message}" if where else f"{code}: {message}")
        self.report.says(self.failures[-1], wrong=True)


def told(error: Exception) -> tuple[str, str]:
    """Return the code and the sentence for what went wrong with a source."""
    problem = problems.of(error)
    if problem is not None:
        detail = problem["detail"]
        fields = [one["field"] for one in problem.get("errors", []) if one["field"]]
        return problem["code"], f"{fields[0]}: {detail}" if fields else detail
    if isinstance(error, Unusable):
        return error.code, error.message
    if isinstance(error, FileChanged):
        return "source_changed", "The file was changed while it was imported. Import it again."
    if isinstance(error, OSError):
        return "source_unreadable", sources.why(error)
    logger.exception("import_failed")
    return "server_error", "An internal error occurred."


def _at(given: Given, name: str) -> str:
    return ": ".join(part for part in (given.place, shown(name)) if part)
