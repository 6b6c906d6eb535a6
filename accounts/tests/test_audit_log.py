"""The audit log: read and exported by those who may, swept when it is old, changed by nobody."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import audit, audit_reading
from accounts.models import AuditEntry, EntriesStand, User
from tests import staff

LIST = "/admin/accounts/auditentry/"
FILM = ("video", UUID(int=7), "A film")


def _desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _told(client: Client, url: str) -> str:
    return client.get(url).content.decode()


@pytest.fixture
def auditor(db: None) -> Client:
    """Somebody who may read the log, and moderate."""
    rights = ("accounts.view_auditentry", "accounts.export_auditentry")
    seeing = ("videos.view_video", "videos.moderate_video")
    return _desk(staff.staff("auditor@example.com", *rights, *seeing))


def _export(entries: Any, form: str) -> str:
    """What the export sends, read as the server reads it."""

    async def whole() -> str:
        return "".join([part async for part in audit_reading.stream(entries, form, whole=True)])

    return asyncio.run(whole())


def test_the_list_tells_who_did_what_to_what(auditor: Client, owner: User) -> None:
    audit.record("video.deleted", FILM, by=owner, details={"changed": {"title": ["a", "b"]}})
    page = _told(auditor, LIST)
    assert all(word in page for word in (owner.email, "video.deleted", "A film"))
    entry = AuditEntry.objects.get(action="video.deleted")
    assert "&quot;title&quot;" in _told(auditor, f"{LIST}{entry.pk}/change/")
    assert "A film" not in _told(auditor, f"{LIST}?q=nobody@example.com")
    assert "A film" in _told(auditor, f"{LIST}?target_id={UUID(int=7)}")


def test_nobody_adds_changes_or_deletes_an_entry(auditor: Client, owner: User) -> None:
    audit.record("video.deleted", FILM, by=owner)
    entry = AuditEntry.objects.get(action="video.deleted")
    for method in (entry.delete, entry.save, AuditEntry.objects.all().delete):
        with pytest.raises(EntriesStand):
            method()
    with pytest.raises(EntriesStand):
        AuditEntry.objects.update(action="nothing")
    for page in ("add/", f"{entry.pk}/delete/"):
        assert auditor.post(f"{LIST}{page}", {"post": "yes"}).status_code == 403


def test_entries_outlive_their_user(owner: User) -> None:
    audit.record("video.deleted", FILM, by=owner)
    email = owner.email
    owner.delete()
    entry = AuditEntry.objects.get(action="video.deleted")
    assert (entry.actor, entry.actor_email) == (None, email)


def test_only_moderators_read_what_is_said_of_videos(owner: User, auditor: Client) -> None:
    audit.record("video.deleted", FILM, by=owner, details={"message": "It is hidden"})
    operator = _desk(staff.staff("operator@example.com", "accounts.view_auditentry"))
    entry = AuditEntry.objects.get(action="video.deleted")
    for url in (LIST, f"{LIST}{entry.pk}/change/", f"{LIST}?q=film"):
        page = _told(operator, url)
        assert "A film" not in page
        assert "It is hidden" not in page
    assert "It is hidden" in _told(auditor, f"{LIST}{entry.pk}/change/")


def test_reading_does_not_entail_exporting(owner: User) -> None:
    reader = _desk(staff.staff("reader@example.com", "accounts.view_auditentry"))
    assert "Export" not in _told(reader, LIST)
    assert reader.get(f"{LIST}export/csv/").status_code == 403


def test_an_export_is_streamed_and_recorded(auditor: Client, owner: User) -> None:
    audit.record("video.deleted", FILM, by=owner)
    answer = cast(StreamingHttpResponse, auditor.get(f"{LIST}export/ndjson/?action=video.deleted"))
    assert answer.status_code == 200
    assert answer.is_async
    assert "attachment" in answer["Content-Disposition"]
    assert AuditEntry.objects.filter(action="audit.exported").exists()
    assert auditor.get(f"{LIST}export/xml/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_an_export_has_every_entry_once_newest_first(
    monkeypatch: pytest.MonkeyPatch, owner: User
) -> None:
    monkeypatch.setattr(audit_reading, "_STEP", 3)
    for number in range(7):
        audit.record(f"video.step_{number}", FILM, by=owner)
    rows = [json.loads(line) for line in _export(AuditEntry.objects.all(), "ndjson").splitlines()]
    assert [row["action"] for row in rows] == [f"video.step_{n}" for n in reversed(range(7))]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@sum", "\t=1"])
def test_no_cell_of_the_csv_is_a_formula(owner: User, name: str) -> None:
    audit.record("video.deleted", ("video", UUID(int=7), name), by=owner)
    (row,) = csv.DictReader(io.StringIO(_export(AuditEntry.objects.all(), "csv")))
    assert row["name"] == f"'{name}"
    assert tuple(row) == audit_reading.COLUMNS


def test_the_command_prints_what_is_asked_for(
    owner: User, stranger: User, capsys: pytest.CaptureFixture[str]
) -> None:
    audit.record("video.deleted", FILM, by=owner)
    audit.record("user.changed", owner, by=stranger)
    audit.record("job.canceled", ("job", 1, "x"), by=stranger, details={"video": str(FILM[1])})
    call_command("audit", since="1h", user="owner@example.com")
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()] == [
        "user.changed",
        "video.deleted",
    ]
    call_command("audit", "--video", str(FILM[1]), "--format", "ndjson")
    assert len(capsys.readouterr().out.splitlines()) == 2
    call_command("audit", "--action", "video", "--limit", "5", "--format", "csv")
    assert len(capsys.readouterr().out.splitlines()) == 2
    with pytest.raises(CommandError):
        call_command("audit", since="yesterday")
    with pytest.raises(CommandError):
        call_command("audit", user="nobody@example.com")


def test_old_entries_go_in_small_steps(
    owner: User, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.KEEP_AUDIT_DAYS = 100
    monkeypatch.setattr(audit_reading, "_PRUNED", 2)
    long_ago = timezone.now() - timedelta(days=101)
    for _ in range(3):
        audit.record("video.deleted", FILM, by=owner)
    AuditEntry._base_manager.update(at=long_ago)
    audit.record("video.restored", FILM, by=owner)
    assert [audit_reading.prune_audit() for _ in range(3)] == [2, 1, 0]
    assert AuditEntry.objects.values_list("action", flat=True).get() == "video.restored"


def test_a_long_log_is_listed_with_as_many_queries(
    auditor: Client, owner: User, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    entry = AuditEntry(actor=owner, actor_email=owner.email, via="session", action="video.deleted")
    AuditEntry.objects.bulk_create(
        AuditEntry(actor=owner, actor_email=entry.actor_email, via="key", action=f"video.{n % 9}")
        for n in range(500)
    )
    with django_assert_max_num_queries(12) as asked:
        assert auditor.get(LIST).status_code == 200
    assert isinstance(asked, CaptureQueriesContext)
