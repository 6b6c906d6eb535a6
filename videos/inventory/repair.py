"""Repair what fsck found: quarantine objects without a row, and mark faulty ones."""

from __future__ import annotations

from datetime import UTC, datetime

from videos.inventory.findings import FAULTS, Found, Kind
from videos.models import StoredObject
from videos.objects import faults
from videos.objects.quarantine import Quarantine
from videos.storage import ListedObject

_AT_ONCE = 500


class Repair:
    """Collects findings, and acts on a few hundred at a time."""

    def __init__(self) -> None:
        self._quarantine = Quarantine()
        self._orphaned: list[Found] = []
        self._faults: list[faults.Fault] = []
        self.quarantined = 0
        self.marked = 0

    @property
    def stamp(self) -> str:
        """The name of the quarantine."""
        return self._quarantine.stamp

    def take(self, found: Found) -> None:
        """Collect a finding and act on it, perhaps later. Raises ``quarantine.NotOurs``."""
        if found.kind is Kind.ORPHANED:
            self._orphaned.append(found)
        elif found.kind in FAULTS or found.kind is Kind.MENDED:
            fault = FAULTS[found.kind].value if found.kind in FAULTS else ""
            self._faults.append(
                faults.Fault(found.storage, found.key, fault, found.release, found.source)
            )
        if len(self._orphaned) + len(self._faults) >= _AT_ONCE:
            self.finish()

    def finish(self) -> None:
        """Act on the collected findings."""
        for name in StoredObject.Storage:
            listed = [
                ListedObject(one.key, one.size or 0, one.modified or datetime.now(UTC))
                for one in self._orphaned
                if one.storage == name
            ]
            self.quarantined += self._quarantine.take(name, listed) if listed else 0
        faults.keep(self._faults)
        self.marked += len(self._faults)
        self._orphaned.clear()
        self._faults.clear()
