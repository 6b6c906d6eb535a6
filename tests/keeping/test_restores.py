"""Databases and storages that do not belong together: no object is lost, and it is said what is
the matter."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.keeping.conftest import Place
from tests.keeping.programs import ROUNDS, keep
from tests.servers.s3 import S3

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(600)]


def _objects(place: Place) -> set[str]:
    """What belongs to videos, wherever it was put aside."""
    own = ("installation.json", "doctor", "guests")
    return {one for one in place.files() if not one.partition("/")[2].startswith(own)}


def _doctor(place: Place) -> str:
    """What it says of whose the storages are."""
    checks = json.loads(place.manage("doctor", "--json", code=1))["checks"]
    (finding,) = [check for check in checks if check["name"] == "Storage owner"]
    return f"{finding['level']}: {finding['detail']} {finding['hint']}"


def _copy(place: Place, to: Path) -> Path:
    """A backup of the database."""
    shutil.copy(place.database, to)
    return to


def _restore(place: Place, backup: Path) -> None:
    for name in ("vodloom.sqlite3-wal", "vodloom.sqlite3-shm"):
        (place.data / name).unlink(missing_ok=True)
    shutil.copy(backup, place.database)


@pytest.fixture
def production(place: Place) -> Place:
    """An installation of some weeks."""
    place.shell(keep(videos=2))
    place.shell(ROUNDS)
    return place


def test_an_older_database_with_a_newer_storage(production: Place, tmp_path: Path) -> None:
    backup = _copy(production, tmp_path / "backup")
    production.shell(keep(videos=2))
    production.shell(ROUNDS)
    stored = _objects(production)
    _restore(production, backup)
    production.shell(ROUNDS)
    assert _objects(production) == stored
    told = _doctor(production)
    assert "later state" in told
    assert "adopt_storage" in told
    assert "adopt_storage" in production.manage("fsck", code=1)
    assert "2 of them unknown" in production.manage("adopt_storage", "--dry-run")
    production.manage("adopt_storage")
    production.shell(ROUNDS)
    assert _objects(production) == stored
    assert "ok: They belong" in _doctor(production)
    assert "12 orphaned" in production.manage("fsck", code=1)
    assert "12 put into quarantine" in production.manage("fsck", "--repair", code=1)
    production.shell(ROUNDS)
    production.manage("fsck", "--restore-quarantine")
    assert _objects(production) == stored


def test_a_newer_database_with_an_older_storage(production: Place, tmp_path: Path) -> None:
    shutil.copytree(production.data / "media", tmp_path / "media")
    production.shell(keep(videos=2))
    for _ in range(3):
        production.shell(ROUNDS)
    shutil.rmtree(production.data / "media")
    shutil.copytree(tmp_path / "media", production.data / "media")
    stored = _objects(production)
    production.shell(ROUNDS)
    assert _objects(production) == stored
    assert "adopt_storage" in _doctor(production)
    assert "2 that it knows are not stored" in production.manage("adopt_storage", "--dry-run")
    production.manage("adopt_storage")
    production.shell(ROUNDS)
    assert _objects(production) == stored
    said = production.manage("fsck", "--repair", code=1)
    assert "12 missing" in said
    assert "2 videos: each cannot be made again" in said
    assert "0 would be reprocessed" in production.manage("reprocess", "--broken", "--dry-run")


def test_a_staging_copy_with_productions_storage(
    production: Place, new_place: Callable[..., Place], tmp_path: Path
) -> None:
    backup = _copy(production, tmp_path / "backup")
    production.shell(keep(videos=1))
    production.shell(ROUNDS)
    staging = new_place("staging")
    _restore(staging, backup)
    (staging.data / "media").symlink_to(production.data / "media")
    staging.shell(keep(videos=1, claims=False))
    stored = _objects(production)
    for _ in range(2):
        staging.shell(ROUNDS)
        production.shell(ROUNDS)
    assert _objects(production) == stored
    assert "another copy" in _doctor(staging)
    assert "Another database uses the storage too" in _doctor(production)
    assert "Another database" in production.manage("fsck", "--repair", code=1)
    (staging.data / "media").unlink()
    production.manage("adopt_storage")
    production.shell(ROUNDS)
    assert _objects(production) == stored
    assert "ok: They belong" in _doctor(production)


def test_two_installations_with_one_storage(
    production: Place, new_place: Callable[..., Place]
) -> None:
    other = new_place("other")
    (other.data / "media").symlink_to(production.data / "media")
    other.shell(keep(videos=2, claims=False))
    stored = _objects(production)
    for _ in range(2):
        other.shell(ROUNDS)
        production.shell(ROUNDS)
    assert _objects(production) == stored
    assert "another installation" in _doctor(other)
    assert "Another database uses the storage too" in _doctor(production)


def test_two_installations_in_one_bucket_with_prefixes(
    new_place: Callable[..., Place], moto_server: S3
) -> None:
    places = [
        new_place(name, **moto_server.environment, S3_PREFIX=f"apart/{name}")
        for name in ("one", "two")
    ]
    for place in places:
        place.shell(keep(videos=1))
    for place in places:
        place.shell(ROUNDS)
        assert "ok: They belong" in _doctor(place)
        assert place.manage("fsck", "--deep") == "Rows and objects agree.\n"
