"""Read the audit log: what a reader may see of it, and export it in steps of constant memory."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import AuditEntry, User
from accounts.rights import Right, may

COLUMNS = (
    *("id", "at", "who", "via", "key", "address"),
    *("action", "kind", "target", "name", "details"),
)
FORMATS = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
_OF_VIDEOS = frozenset({"video", "track", "job", "step", "image"})
_STEP = 1000
_PRUNED = 500
# Spreadsheets take what begins with one of these for a formula.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")

Entry = dict[str, Any]


def may_see_all(viewer: Any) -> bool:
    """Whether a reader may see what entries about videos say. They keep titles of videos that were
    deleted or rejected, which are for moderators."""
    return may(viewer, *Right.moderation())


def as_dict(entry: AuditEntry, *, whole: bool) -> Entry:
    """Return an entry as it is exported; unless it is to be ``whole``, without what it says about
    videos."""
    hidden = not whole and entry.target_kind in _OF_VIDEOS
    return {
        "id": str(entry.pk),
        "at": entry.at.isoformat(),
        "who": entry.actor_email,
        "via": entry.via,
        "key": entry.key_hint,
        "address": entry.address,
        "action": entry.action,
        "kind": entry.target_kind,
        "target": "" if hidden else entry.target_id,
        "name": "" if hidden else entry.target_name,
        "details": {} if hidden else entry.details,
    }


def steps(entries: QuerySet[AuditEntry], *, whole: bool) -> Iterator[list[Entry]]:
    """Yield the entries, newest first, in lists of at most a thousand. New entries that are written
    meanwhile are left out."""
    rows = entries.order_by("-id")
    batch = list(rows[:_STEP])
    while batch:
        yield [as_dict(entry, whole=whole) for entry in batch]
        batch = list(rows.filter(pk__lt=batch[-1].pk)[:_STEP])


def lines(form: str) -> Callable[[list[Entry]], str]:
    """Return what writes entries in a format of ``FORMATS``."""
    return _csv_lines if form == "csv" else _json_lines


def heading(form: str) -> str:
    """Return what a file of this format begins with."""
    return ",".join(COLUMNS) + "\r\n" if form == "csv" else ""


async def stream(entries: QuerySet[AuditEntry], form: str, *, whole: bool) -> AsyncIterator[str]:
    """Yield the file that exports the entries, a step at a time."""
    yield heading(form)
    write, batches = lines(form), steps(entries, whole=whole)
    while batch := await sync_to_async(_next)(batches):
        yield write(batch)


def prune_audit() -> int:
    """Delete entries that are older than ``KEEP_AUDIT_DAYS``, at most 500 at a time; return how
    many."""
    return AuditEntry.objects.forget(
        before=Now() - timedelta(days=settings.KEEP_AUDIT_DAYS), most=_PRUNED
    )


def about(user: User) -> QuerySet[AuditEntry]:
    """Return the entries that a user made, and those about the user."""
    own = AuditEntry.objects.filter(actor=user)
    return own | AuditEntry.objects.filter(target_kind="user", target_id=str(user.pk))


def _next(batches: Iterator[list[Entry]]) -> list[Entry]:
    return next(batches, [])


def _json_lines(entries: list[Entry]) -> str:
    return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)


def _csv_lines(entries: list[Entry]) -> str:
    written = io.StringIO()
    writer = csv.writer(written)
    for entry in entries:
        details = json.dumps(entry["details"], ensure_ascii=False) if entry["details"] else ""
        writer.writerow(_cell(value) for value in (entry | {"details": details}).values())
    return written.getvalue()


def _cell(value: Any) -> str:
    text = str(value or "").replace("\0", "")
    return f"'{text}" if text.startswith(_FORMULAS) else text
