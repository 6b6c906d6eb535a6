"""An installation moves from SQLite to PostgreSQL, whole or not at all."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.keeping.conftest import Place
from tests.keeping.programs import IMPORT, WORK, keep
from tests.servers.postgres import Postgres

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(400)]

_ODD = r"""
from datetime import UTC, datetime
from accounts import api_keys
from accounts.models import User
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from processing.models import Task
from processing.captions.document import Cue, Document, Word
from videos.models import Event, EventLog, Video
from videos.tracks import services
user = User.objects.get()
group = Group.objects.create(name="moderators")
group.permissions.add(*Permission.objects.order_by("-pk")[:3])
user.groups.add(group)
user.user_permissions.add(Permission.objects.order_by("-pk")[4])
EmailAddress.objects.create(user=user, email=user.email, verified=True)
api_keys.issue(user, name="key")
LogEntry.objects.create(user=user, content_type=ContentType.objects.get_for_model(Video),
                        object_id="1", object_repr="é 😀", action_flag=1, change_message="[]")
Session.objects.create(session_key="a", session_data="b", expire_date=datetime.now(UTC))
event = Event.objects.create(type="odd", owner=user, payload={
    "float": 1e22, "small": 1e-9, "minus": -0.5, "nul": "a\0b", "nested": [{"é": None}, True]})
Event.objects.filter(pk=event.pk).update(created_at=datetime(2001, 2, 3, 4, 5, 6, 789, UTC))
Task.objects.filter(kind="probe").update(log_tail="tail\0 with ☃")
Video.objects.update(tags=["a", "b"], metadata={"n": None}, removed_tracks=["embedded:3"])
said = Cue(500, 900, "The <b>quiet</b> Łódź", words=(Word(500, 600, "The"),))
services.add(Video.objects.get().pk, kind="captions", origin="api", text=Document((said,)))
"""

_STATE = r"""
import json
from accounts.models import ApiKey, User
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from processing.models import Run, Task
from videos import spoken
from videos.models import Chunk, Cue, Event, Video
user = User.objects.get()
odd = Event.objects.get(type="odd")
print(json.dumps([
    user.check_password("a long password"), user.is_superuser, user.email,
    sorted(user.get_user_permissions() | user.get_group_permissions())[:2],
    sorted(p.codename for p in Permission.objects.filter(group__user=user)),
    [p.codename for p in user.user_permissions.all()],
    ApiKey.objects.get().digest, odd.payload["nested"], odd.payload["small"],
    odd.created_at.isoformat(), Task.objects.get(kind="probe").log_tail.replace("\0", ""),
    [[str(t.pk), t.kind, t.argv, sorted(str(d) for d in t.depends_on.values_list("pk", flat=True)),
      t.finished_at.isoformat(), t.counted] for t in Task.objects.order_by("pk")],
    [[c.key, c.bytes, c.segments] for c in Chunk.objects.order_by("pk")],
    [[str(v.pk), v.status, v.tags, v.metadata, str(v.release_id), v.removed_tracks,
      [one.time for one in spoken.matches([v], "qui lodz")[v.pk]]] for v in Video.objects.all()],
    [[str(c.track_id), c.start, c.end, c.text, c.words] for c in Cue.objects.all()],
], sort_keys=True))
"""

_LAST_ENTRY = r"""
from accounts.models import AuditEntry
entry = AuditEntry.objects.latest("at")
print(entry.action, entry.target_name, entry.via, entry.details["rows"] > 100)
"""

_PLAY = r"""
from videos.models import Video
from videos.playback import playlists
video = Video.objects.select_related("release", "source").get()
from processing.packaging.addresses import Address
print(playlists.render(video.release, "180p.m3u8", address_of=lambda key: Address(key)))
"""


@pytest.fixture
def new(new_place: Callable[..., Place], postgres: Postgres) -> Callable[[Place], Place]:
    """The same installation on a PostgreSQL that is migrated and empty."""

    def make(old: Place) -> Place:
        place = Place(old.data, {"DATABASE_URL": postgres.create_database()})
        place.manage("migrate", "--verbosity", "0")
        return place

    return make


def _count(place: Place, table: str) -> int:
    with psycopg.connect(place.environment["DATABASE_URL"]) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert row is not None
        return int(row[0])


def test_a_real_installation_moves_and_goes_on(
    place: Place, new: Callable[[Place], Place], clip: Path
) -> None:
    place.shell(IMPORT.format(path=str(clip)) + WORK)
    place.shell(_ODD)
    before, plays = place.shell(_STATE), place.shell(_PLAY)
    file = hashlib.sha256(place.database.read_bytes()).hexdigest()
    moved = new(place)
    said = moved.manage("move_database", "--dry-run")
    assert "would be moved" in said
    assert _count(moved, "accounts_user") == 0
    assert _count(moved, "accounts_auditentry") == 0
    said = moved.manage("move_database")
    assert moved.shell(_LAST_ENTRY).split() == ["command.given", "move_database", "command", "True"]
    assert "2 values without their NUL characters" not in said
    assert re.search(r"videos_event +\d+ .*, 1 values without", said)
    assert hashlib.sha256(place.database.read_bytes()).hexdigest() == file
    assert moved.shell(_STATE) == before
    assert moved.shell(_PLAY) == plays
    assert _count(moved, "django_session") == 0
    assert moved.manage("fsck", "--deep") == "Rows and objects agree.\n"
    moved.manage("reprocess", "--since", "2000-01-01")
    moved.shell(WORK)
    assert "True 2" in moved.shell(
        "from videos.models import Video; from processing.models import Run;"
        "print(Video.objects.get().release_id == Run.objects.latest('id').pk, Run.objects.count())"
    )
    with pytest.raises(AssertionError, match="not empty"):
        moved.manage("move_database")


def test_killed_in_the_middle_it_leaves_nothing_and_begins_again(
    place: Place, new: Callable[[Place], Place], kill_when: Callable[..., bool]
) -> None:
    place.shell(keep(videos=3, chunks=1500))
    moved = new(place)
    url = moved.environment["DATABASE_URL"]

    with psycopg.connect(url, autocommit=True) as watching:

        def is_writing() -> bool:
            query = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND query LIKE '%videos_chunk%'"
            )
            row = watching.execute(query).fetchone()
            return row is not None and row[0] > 0

        assert kill_when(moved, "move_database", when=is_writing)
    assert _count(moved, "videos_video") == 0
    moved.manage("move_database")
    assert _count(moved, "videos_chunk") == 4500
    assert moved.manage("fsck") == "Rows and objects agree.\n"


def test_what_still_runs_is_told_to_stop(place: Place, new: Callable[[Place], Place]) -> None:
    moved = new(place)
    seen = "from django.utils import timezone as t; from processing.models import {0};"
    seen += "{0}.objects.create(pk='here', started_at=t.now(), last_seen=t.now())"
    for model in ("Reconciler", "Worker"):
        place.shell(seen.format(model))
        assert "here. Stop them first" in moved.manage("move_database", code=1)
        place.shell(f"from processing.models import {model}; {model}.objects.all().delete()")
    holder = sqlite3.connect(place.database)
    holder.execute("SELECT 1 FROM accounts_user").fetchall()
    assert "have it open" in moved.manage("move_database", code=1)
    holder.close()
    moved.manage("move_database")


def test_what_was_written_meanwhile_is_noticed(place: Place, new: Callable[[Place], Place]) -> None:
    moved = new(place)
    said = moved.shell(_WRITE_MEANWHILE)
    assert "Something wrote" in said
    assert _count(moved, "accounts_user") == 0


_WRITE_MEANWHILE = r"""
import sqlite3
from django.conf import settings
from processing.database_move import moving, source
path = settings.DATA_DIR / "vodloom.sqlite3"
def write(table):
    if table.name == "videos_video":
        with sqlite3.connect(path) as other:
            other.execute("UPDATE videos_installation SET id = id")
            other.execute("CREATE TABLE written (x)")
        other.close()
try:
    moving.move(path, report=write, progress=lambda _: None)
except source.CannotMove as error:
    print(error)
"""


def test_it_refuses_what_cannot_be_moved(
    place: Place, new: Callable[[Place], Place], tmp_path: Path, postgres: Postgres
) -> None:
    assert "names no PostgreSQL" in place.manage("move_database", code=1)
    bare = Place(place.data, {"DATABASE_URL": postgres.create_database()})
    assert "PostgreSQL database are not those" in bare.manage("move_database", code=1)
    moved = new(place)
    absent = str(tmp_path / "absent")
    assert "There is no SQLite" in moved.manage("move_database", "--from", absent, code=1)
    with sqlite3.connect(place.database) as database:
        database.execute(
            "INSERT INTO processing_dutyrun (name, machine, next_at, holder, revision, count,"
            " seconds, failures, last_error, cursor) VALUES"
            " ('a', ?, '2026-01-01', '', 0, 9999999999, 0, 0, '', '{}')",
            ["x" * 300],
        )
    database.close()
    said = moved.manage("move_database", code=1)
    assert "processing_dutyrun, row a: machine has 300 characters, where 255 fit" in said
    assert "count is 9999999999" in said
