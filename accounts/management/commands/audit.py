"""Print the audit log."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet
from django.utils import timezone

from accounts import audit_reading
from accounts.models import AuditEntry, User

_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_AGO = re.compile(r"(\d{1,4})([hdw])")


class Command(BaseCommand):
    """Prints who did what, to what, when and from where, newest first."""

    help = "Print the audit log, newest first: who did what, to what, when and from where."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to select, and the format."""
        when = "such as 2h, 7d, 4w, 2026-11-27 or 2026-11-27T12:00"
        parser.add_argument("--since", metavar="TIME", help=when)
        parser.add_argument("--until", metavar="TIME", help=when)
        parser.add_argument("--user", metavar="EMAIL", help="what they did and what was done to it")
        parser.add_argument("--video", metavar="ID")
        parser.add_argument("--action", help="such as video.deleted, or video for all about videos")
        parser.add_argument("--limit", type=int, help="at most so many")
        formats = ("text", *audit_reading.FORMATS)
        parser.add_argument("--format", choices=formats, default="text", dest="form")

    def handle(self, *args: Any, form: str, limit: int | None, **asked: Any) -> None:
        """Print the entries."""
        entries = _chosen(**asked)
        if limit is not None:
            newest = entries.order_by("-id").values_list("pk", flat=True)[: max(limit, 0)]
            entries = AuditEntry.objects.filter(pk__in=list(newest))
        write = _text if form == "text" else audit_reading.lines(form)
        self.stdout.write(audit_reading.heading(form), ending="")
        for batch in audit_reading.steps(entries, whole=True):
            self.stdout.write(write(batch), ending="")


def _chosen(
    *,
    since: str | None,
    until: str | None,
    user: str | None,
    video: str | None,
    action: str | None,
    **other: Any,
) -> QuerySet[AuditEntry]:
    entries: QuerySet[AuditEntry] = AuditEntry.objects.all()
    if user:
        found = User.objects.with_address(user).first()
        if found is None:
            raise CommandError(f"No user has the email address {user}.")
        entries = audit_reading.about(found)
    if video:
        entries = entries.filter(target_id=video) | entries.filter(details__video=video)
    if action:
        entries = entries.filter(action=action) | entries.filter(action__startswith=f"{action}.")
    if since:
        entries = entries.filter(at__gte=_time(since))
    return entries.filter(at__lt=_time(until)) if until else entries


def _time(text: str) -> datetime:
    if ago := _AGO.fullmatch(text):
        return timezone.now() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text} is no time; write 7d, or 2026-11-27T12:00.") from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _text(entries: list[audit_reading.Entry]) -> str:
    return "".join(f"{_line(entry)}\n" for entry in entries)


def _line(entry: audit_reading.Entry) -> str:
    who = entry["who"] or entry["via"]
    place = f" from {entry['address']}" if entry["address"] else ""
    on = f"{entry['kind']} {entry['name'] or entry['target']}".strip()
    text = f"{entry['at'][:19]}Z  {entry['action']:<28} {on}  by {who}{place}"
    return "".join(one if one.isprintable() else "?" for one in text)
