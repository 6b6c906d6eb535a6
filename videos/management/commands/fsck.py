"""Compare rows and stored objects."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit
from processing.audit import files
from processing.workers import temp_files
from videos import installation
from videos.inventory import comparing
from videos.inventory.findings import REMEDIES, WORDS, WRONG, Found, Kind
from videos.inventory.repair import Repair
from videos.inventory.spool import Spool
from videos.objects import quarantine
from videos.storage import StorageUnavailable

_DAY_SECONDS = 24 * 3600.0
_EVERY = "all"
# These kinds are only counted: there may be many, and nothing needs to be done.
_COUNTED = (Kind.YOUNG, Kind.QUARANTINED)


class Command(BaseCommand):
    """Prints a line for each finding, then counts and advice. Exit code 1 if something is wrong."""

    help = (
        "Compare rows and stored objects both ways: what is missing, damaged, or nobody's. Changes"
        " nothing unless told to repair, and never deletes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--deep", action="store_true", help="read what has a known hash (slow)")
        parser.add_argument(
            "--repair",
            action="store_true",
            help="put what is nobody's into quarantine, and mark what is missing",
        )
        parser.add_argument("--json", action="store_true", help="JSON, a line for each finding")
        parser.add_argument(
            "--restore-quarantine",
            nargs="?",
            const=_EVERY,
            metavar="STAMP",
            help="put back what --repair took away: all of it, or of one time",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare, or restore a quarantine."""
        ours, sentence = installation.status()
        if not ours:
            raise CommandError(f"{sentence} See `manage.py adopt_storage --dry-run`.")
        self._json: bool = options["json"]
        try:
            if options["repair"] and (guests := installation.guests()):
                raise CommandError(
                    "Another database uses the storages too, and what seems to be nobody's may be"
                    f" its: {', '.join(guests)}. Give it a storage of its own, then `manage.py"
                    " adopt_storage` here."
                )
            if options["repair"] or options["restore_quarantine"] is not None:
                audit.command("fsck", repair=bool(options["repair"]))
            if options["restore_quarantine"] is not None:
                self._put_back(options["restore_quarantine"])
                return
            well = self._compare(deep=options["deep"], repair=options["repair"])
        except StorageUnavailable as error:
            raise CommandError(f"A storage does not answer: {error}") from error
        except quarantine.NotOurs as error:
            raise CommandError("The storages are no longer this installation's.") from error
        if not well:
            sys.exit(1)

    def _compare(self, *, deep: bool, repair: bool) -> bool:
        seen: Counter[Kind] = Counter()
        sizes: Counter[Kind] = Counter()
        remedies: Counter[str] = Counter()
        repairing = Repair() if repair else None
        with files.folder() as folder, closing(Spool(folder)) as spool:
            comparing.take_stock(spool)
            for found in chain(comparing.compare(spool, deep=deep), _temporary()):
                seen[found.kind] += 1
                sizes[found.kind] += found.size or 0
                self._tell(found)
                if repairing:
                    repairing.take(found)
            if repairing:
                repairing.finish()
            for broken in spool.broken():
                for remedy in broken.remedies:
                    remedies[remedy] += 1
                    self._tell_broken(broken.video, remedy)
        self._sum_up(seen, sizes, remedies, repairing)
        return not any(seen[kind] for kind in WRONG)

    def _tell(self, found: Found) -> None:
        if self._json:
            self.stdout.write(json.dumps(found.to_json()))
        elif found.kind not in _COUNTED:
            needed = f"  needed by {', '.join(found.videos)}" if found.videos else ""
            size = "" if found.size is None else f"  {found.size} bytes"
            line = f"{found.kind:<12}{found.storage}/{found.key}{size}{needed}"
            self.stdout.write(self.style.ERROR(line) if found.kind in WRONG else line)

    def _tell_broken(self, video: str, remedy: str) -> None:
        if self._json:
            self.stdout.write(json.dumps({"kind": "video", "video": video, "remedy": remedy}))
        else:
            self.stdout.write(f"{'video':<12}{video}  {REMEDIES[remedy]}")

    def _sum_up(
        self,
        seen: Counter[Kind],
        sizes: Counter[Kind],
        remedies: Counter[str],
        repair: Repair | None,
    ) -> None:
        wrong = any(seen[kind] for kind in WRONG)
        done = {"marked": repair.marked, "quarantined": repair.quarantined} if repair else {}
        if self._json:
            counts = {kind.value: {"objects": seen[kind], "bytes": sizes[kind]} for kind in Kind}
            told = {
                "kind": "summary",
                "ok": not wrong,
                "counts": counts,
                "videos": remedies,
                **done,
            }
            self.stdout.write(json.dumps(told))
            return
        for kind in Kind:
            if seen[kind]:
                what, advice = WORDS[kind]
                told_bytes = f", {sizes[kind]} bytes" if sizes[kind] else ""
                self.stdout.write(f"{seen[kind]} {kind}{told_bytes}: {what}. To do: {advice}.")
        for remedy, count in remedies.items():
            self.stdout.write(f"{count} videos: each {REMEDIES[remedy]}.")
        if repair and repair.quarantined:
            self.stdout.write(f"{repair.quarantined} put into quarantine {repair.stamp}.")
        if repair and repair.marked:
            self.stdout.write(f"{repair.marked} marks set or taken away.")
        self.stdout.write("Something is wrong." if wrong else "Rows and objects agree.")

    def _put_back(self, stamp: str) -> None:
        there = quarantine.stamps()
        if stamp != _EVERY and stamp not in there:
            known = f"There are: {', '.join(there)}." if there else "There is none."
            raise CommandError(f"There is no quarantine {stamp}. {known}")
        counts: Counter[bool] = Counter()
        for one in there if stamp == _EVERY else [stamp]:
            for returned in quarantine.put_back(one):
                counts[returned.moved] += 1
                said = "restored" if returned.moved else "stands there again"
                if self._json:
                    told = {"kind": said, "storage": returned.storage, "key": returned.key}
                    self.stdout.write(json.dumps(told))
                else:
                    self.stdout.write(f"{said}  {returned.storage}/{returned.key}")
        if not self._json:
            self.stdout.write(f"{counts[True]} restored, {counts[False]} left in quarantine.")


def _temporary() -> Iterator[Found]:
    """Yield temporary files that this machine's reconciler should have deleted."""
    for path in temp_files.left_over(_DAY_SECONDS):
        yield Found(Kind.TEMPORARY, "machine", str(path))
