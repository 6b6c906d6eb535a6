"""Images, posters that owners gave, folders and tags are kept as videos are."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import uuid4

import pytest

from tests.keeping.conftest import Place
from tests.keeping.programs import LIBRARY, ROUNDS, SHOWN
from tests.servers.postgres import Postgres
from tests.servers.s3 import S3
from videos import keys

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(400)]

_AGREE = "Rows and objects agree.\n"
_POSTER = len(keys.poster_files(uuid4()))
# The image has two files besides its original, the release five, and the video its original.
_OBJECTS = _POSTER + 9


@pytest.fixture
def library(place: Place) -> Place:
    """An installation with a library of some weeks."""
    place.shell(LIBRARY)
    place.shell(ROUNDS)
    assert place.manage("fsck", "--deep") == _AGREE
    return place


def _kept(place: Place) -> set[str]:
    """What is stored for videos and images, or was put aside."""
    own = ("installation.json", "doctor", "guests")
    return {one for one in place.files() if not one.partition("/")[2].startswith(own)}


def test_a_library_moves_to_a_bucket(library: Place, moto_server: S3) -> None:
    before, media = library.shell(SHOWN), library.data / "media"
    library.environment |= {
        **moto_server.environment,
        "S3_PREFIX": "library",
        "OLD_MEDIA": str(media),
    }
    assert library.shell(SHOWN) == before, "the old place is read meanwhile"
    assert f"{_OBJECTS} copied. Everything is in the new place" in library.manage("move_storage")
    assert f"{_OBJECTS} objects deleted" in library.manage("move_storage", "--remove-source")
    del library.environment["OLD_MEDIA"]
    media.rename(library.data / "media-gone")
    assert library.shell(SHOWN) == before
    assert library.manage("fsck", "--deep") == _AGREE
    library.shell(ROUNDS)
    assert library.shell(SHOWN) == before


def test_a_library_moves_to_another_database(library: Place, postgres: Postgres) -> None:
    before = library.shell(SHOWN)
    moved = Place(library.data, {"DATABASE_URL": postgres.create_database()})
    moved.manage("migrate", "--verbosity", "0")
    moved.manage("move_database")
    assert moved.shell(SHOWN) == before
    assert moved.manage("fsck", "--deep") == _AGREE
    moved.shell(LIBRARY)
    moved.shell(ROUNDS)
    assert moved.manage("fsck", "--deep") == _AGREE


def test_an_older_database_keeps_what_it_does_not_know(library: Place, tmp_path: Path) -> None:
    shutil.copy(library.database, tmp_path / "backup")
    library.shell(LIBRARY)
    library.shell(ROUNDS)
    stored = _kept(library)
    assert len(stored) == 2 * _OBJECTS
    for name in ("vodloom.sqlite3-wal", "vodloom.sqlite3-shm"):
        (library.data / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "backup", library.database)
    library.shell(ROUNDS)
    assert _kept(library) == stored
    library.manage("adopt_storage")
    library.shell(ROUNDS)
    assert _kept(library) == stored
    assert f"{_OBJECTS} put into quarantine" in library.manage("fsck", "--repair", code=1)
    library.manage("fsck", "--restore-quarantine")
    assert _kept(library) == stored


def test_what_is_missing_of_images_and_posters_is_found_and_comes_back(
    library: Place, tmp_path: Path
) -> None:
    before = library.shell(SHOWN)
    folders = [library.data / "media" / "outputs" / name for name in ("images", "posters")]
    for folder in folders:
        folder.rename(tmp_path / folder.name)
    said = library.manage("fsck", "--repair", code=1)
    assert f"{_POSTER + 2} missing" in said
    assert said.count("needed by") == _POSTER, "the poster, by its video"
    for folder in folders:
        (tmp_path / folder.name).rename(folder)
    assert f"{_POSTER + 2} marks set or taken away" in library.manage("fsck", "--repair")
    assert library.shell(SHOWN) == before
