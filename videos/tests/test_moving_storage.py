"""A storage is moved while everything goes on: nothing is lost, and everything plays meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import pytest
import requests
from django.core.management import CommandError, call_command

from accounts.models import User
from processing.packaging import addresses
from processing.packaging.addresses import Address
from tests.servers.s3 import S3
from videos import installation, objects
from videos.models import Installation, StoredObject, Video, Walk
from videos.playback import playlists
from videos.storage import ListedObject, ObjectMissing, outputs
from videos.storage.disk import DiskStorage
from videos.storage.moving import MovingStorage
from videos.storage_identity import Verdict, moving
from videos.storage_move import copying
from videos.storage_move.pending import Pending, pending
from videos.tests.kept import (
    bucket_place,
    disk_place,
    everything,
    keep_video,
    stored_in,
)

pytestmark = pytest.mark.django_db
Place = Callable[[str], dict[str, Any]]
UNTIL = 2_000_000_000


@dataclass
class Ways:
    """From where to where, and what settings say at each step."""

    settings: Any
    old: Place
    new: Place

    def stay(self) -> None:
        stored_in(self.settings, self.old)

    def move(self) -> None:
        stored_in(
            self.settings,
            lambda alias: {
                "BACKEND": "videos.storage.moving.MovingStorage",
                "OPTIONS": {"new": self.new(alias), "old": self.old(alias)},
            },
        )

    def arrive(self) -> None:
        stored_in(self.settings, self.new)


LONG = [pytest.param(way, marks=pytest.mark.thorough) for way in ("bucket-bucket", "disk-disk")]


@pytest.fixture(params=["disk-bucket", "bucket-disk", *LONG])
def ways(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Ways:
    """Each way there is; what is stored is still in the old place."""

    def place(kind: str, name: str) -> Place:
        if kind == "disk":
            return lambda alias: disk_place(tmp_path / name, alias)
        s3: S3 = request.getfixturevalue("moto_server")
        prefix = uuid4().hex
        return lambda alias: bucket_place(s3, prefix, alias)

    old, new = request.param.split("-")
    made = Ways(settings, place(old, "old"), place(new, "new"))
    made.stay()
    assert installation.may_delete()
    return made


def _move(*options: str) -> str:
    out = StringIO()
    call_command("move_storage", *options, stdout=out, stderr=out)
    return out.getvalue()


def _plays(video: Video) -> None:
    """Each address of its playlist leads to the bytes of its chunk."""
    assert video.release is not None
    storage, prefix = outputs(), video.release.prefix

    def address_of(key: str) -> Address:
        signed = storage.signed_url(key, until=UNTIL)
        return Address(signed) if signed else Address(key.removeprefix(prefix), mapped=True)

    chunks = {chunk.key: chunk.bytes for chunk in video.release.renditions.get().chunks.all()}
    for key, size in chunks.items():
        uri, mapped = address_of(key)
        if mapped:
            path = storage.local_path(prefix + uri)
            assert path is not None
            assert path.stat().st_size == size
        else:
            answer = requests.get(uri, timeout=60)
            assert (answer.status_code, len(answer.content)) == (200, size)


def test_all_is_found_wherever_it_is(ways: Ways, owner: User, tmp_path: Path) -> None:
    video = keep_video(owner)
    before = everything()
    ways.move()
    assert everything() == before
    _plays(video)
    later = keep_video(owner)
    _plays(later)
    storage = outputs()
    assert isinstance(storage, MovingStorage)
    assert len(list(storage.new.list_prefix("releases/"))) == 5
    assert len(list(storage.old.list_prefix("releases/"))) == 5
    assert len(list(storage.folders("releases/"))) == 2
    assert everything().keys() > before.keys()
    for one in video.release.renditions.get().chunks.all() if video.release else ():
        assert storage.object_size(one.key) == one.bytes
        assert len(b"".join(storage.blocks(one.key))) == one.bytes
        assert len(storage.read_bytes(one.key, at_most=10)) == 10
        storage.fetch(one.key, tmp_path / "back")
        assert (tmp_path / "back").stat().st_size == one.bytes
    for call in (storage.object_size, lambda key: list(storage.blocks(key))):
        with pytest.raises(ObjectMissing):
            call("releases/never/was.mp4")
    for after in ("", *everything()):
        key = after.removeprefix("outputs/")
        listed = [one.key for one in storage.list_prefix("releases/", after=key)]
        assert listed == sorted(listed)
        assert all(one > key for one in listed)


@pytest.mark.sampled(1)
def test_all_is_copied_and_plays_at_every_moment(ways: Ways, owner: User) -> None:
    videos = [keep_video(owner) for _ in range(3)]
    before = everything()
    ways.move()
    assert re.search(r"To be copied or compared: 18 objects", _move("--dry-run"))
    storage = outputs()
    assert isinstance(storage, MovingStorage)
    assert list(storage.new.list_prefix("releases/")) == []
    assert installation.may_delete(), "the new place is marked before anything is in it"
    half = sorted(one.key for one in storage.old.list_prefix("releases/"))[::2]
    for key in half:
        copying.bring(storage.old, storage.new, Pending(key, 0, is_there=False))
    for video in videos:
        _plays(video)
    assert "Everything is in the new place" in _move()
    for video in videos:
        _plays(video)
    assert len(list(storage.old.list_prefix("releases/"))) == 15, "the old copy is kept"
    assert "0 copied" in _move()
    ways.arrive()
    assert everything() == before
    assert installation.status() == (True, "They belong to this installation.")
    call_command("fsck", "--deep", stdout=StringIO())
    for video in videos:
        _plays(video)


@pytest.mark.sampled(1)
def test_what_comes_in_meanwhile_is_in_the_new_place(ways: Ways, owner: User) -> None:
    keep_video(owner)
    ways.move()
    _move()
    keep_video(owner)
    ways.stay()
    keep_video(owner)  # by a process that was not restarted yet
    ways.move()
    assert "6 copied" in _move()
    ways.arrive()
    call_command("fsck", "--deep", stdout=StringIO())
    assert len(everything()) == 18


def test_what_a_killed_process_left_is_compared_again(ways: Ways, owner: User) -> None:
    keep_video(owner)
    ways.move()
    storage = outputs()
    assert isinstance(storage, MovingStorage)
    damaged = next(storage.old.list_prefix("releases/"))
    storage.new.put_bytes(damaged.key, b"?" * damaged.size, content_type="video/mp4")
    assert installation.status()[0] is False, "it holds objects and bears no mark"
    storage.new.delete_key(damaged.key)
    assert installation.may_delete()
    storage.new.put_bytes(damaged.key, b"?" * damaged.size, content_type="video/mp4")
    assert "6 copied" in _move()
    ways.arrive()
    call_command("fsck", "--deep", stdout=StringIO())


def test_the_old_copy_goes_only_when_told(ways: Ways, owner: User) -> None:
    video = keep_video(owner)
    ways.move()
    assert "outputs: 0 objects are in both places" in _move("--dry-run", "--remove-source")
    _move()
    told = _move("--dry-run", "--remove-source")
    assert sum(map(int, re.findall(r": (\d+) objects are in both places", told))) == 6
    assert "6 objects deleted" in _move("--remove-source")
    storage = outputs()
    assert isinstance(storage, MovingStorage)
    assert list(storage.old.list_prefix("releases/")) == []
    ways.move()
    _plays(video)


def test_what_is_deleted_is_deleted_in_both_places(ways: Ways, owner: User) -> None:
    from videos import purge

    video = keep_video(owner)
    ways.move()
    _move()
    purge.purge(video)
    assert objects.delete_marked() == 6
    assert everything() == {}


def test_a_copy_of_the_database_deletes_nothing_in_either(ways: Ways, owner: User) -> None:
    keep_video(owner)
    ways.move()
    _move()
    copied: Any = Installation.objects.values("name", "epochs", "renewed_at", "adopted_at").get()
    installation.adopt()  # production renews; the copy does not know of it
    Installation.objects.update(**copied)
    StoredObject.objects.update(state="deleting")
    assert objects.delete_marked() == 0
    assert len(everything()) == 6
    assert "another copy" in installation.status()[1]
    with pytest.raises(CommandError, match="another copy"):
        _move()


def test_a_new_place_of_somebody_else_is_refused(ways: Ways, owner: User) -> None:
    keep_video(owner)
    ways.move()
    storage = outputs()
    assert isinstance(storage, MovingStorage)
    storage.new.put_bytes("theirs", b"x", content_type="text/plain")
    with pytest.raises(CommandError, match="does not say whose"):
        _move()
    assert [one.key for one in storage.new.list_prefix("")] == ["theirs"]


def test_where_nothing_is_moved_it_says_what_to_set() -> None:
    with pytest.raises(CommandError, match="OLD_MEDIA"):
        _move()


def test_an_object_that_cannot_be_copied_is_named_and_tried_again(
    settings: Any, tmp_path: Path, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways = Ways(
        settings,
        lambda alias: disk_place(tmp_path / "old", alias),
        lambda alias: disk_place(tmp_path / "new", alias),
    )
    ways.stay()
    assert installation.may_delete()
    keep_video(owner)
    ways.move()
    monkeypatch.setattr(copying, "_FIRST_PAUSE", 0.0)
    put = DiskStorage.put_file

    def spoils(storage: DiskStorage, key: str, path: Path, *, content_type: str) -> None:
        put(storage, key, path, content_type=content_type)
        if key.endswith("00001.mp4"):
            Path(storage.path(key)).write_bytes(b"?" * path.stat().st_size)

    with monkeypatch.context() as patch:
        patch.setattr(DiskStorage, "put_file", spoils)
        with pytest.raises(CommandError, match="1 objects could not be copied"):
            _move()
    assert "1 copied" in _move()
    ways.arrive()
    call_command("fsck", "--deep", stdout=StringIO())


def _listed(*keys: str) -> list[ListedObject]:
    return [ListedObject(key, 1, None) for key in keys]  # type: ignore[arg-type]  # no date is read


def test_what_is_pending_is_told_by_two_listings() -> None:
    old, new = _listed("a", "b", "c", "d"), _listed("b", "bb", "d")
    assert list(pending(old, new, verified="")) == [
        Pending("a", 1, is_there=False),
        Pending("b", 1, is_there=True),
        Pending("c", 1, is_there=False),
        Pending("d", 1, is_there=True),
    ]
    assert [one.key for one in pending(old, new, verified="b")] == ["a", "c", "d"]
    assert [one.key for one in pending(old, _listed("a", "b", "c", "d"), verified="d")] == []


@pytest.mark.parametrize(
    ("new", "old", "verdict"),
    [
        (Verdict.OURS, Verdict.OURS, Verdict.OURS),
        (Verdict.LOST, Verdict.OURS, Verdict.EMPTY),
        (Verdict.EMPTY, Verdict.OURS, Verdict.EMPTY),
        (Verdict.MOVED_ON, Verdict.OURS, Verdict.OURS),
        (Verdict.OURS, Verdict.MOVED_ON, Verdict.OURS),
        (Verdict.MOVED_ON, Verdict.MOVED_ON, Verdict.MOVED_ON),
        (Verdict.OURS, Verdict.EMPTY, Verdict.LOST),
        (Verdict.OURS, Verdict.LOST, Verdict.LOST),
        (Verdict.EMPTY, Verdict.EMPTY, Verdict.LOST),
        (Verdict.UNMARKED, Verdict.OURS, Verdict.UNMARKED),
        (Verdict.OTHER, Verdict.OURS, Verdict.OTHER),
        (Verdict.OURS, Verdict.OTHER, Verdict.OTHER),
        (Verdict.EMPTY, Verdict.MOVED_ON, Verdict.MOVED_ON),
    ],
)
def test_whose_a_storage_is_that_is_moved(new: Verdict, old: Verdict, verdict: Verdict) -> None:
    assert moving(new, old) is verdict


@pytest.mark.usefixtures("every_picture")
@pytest.mark.slow
def test_a_real_video_plays_half_moved(
    settings: Any, tmp_path: Path, moto_server: S3, ready_video: Video
) -> None:
    prefix = uuid4().hex
    folder = Path(settings.STORAGES["outputs"]["OPTIONS"]["location"]).parent
    ways = Ways(
        settings,
        lambda alias: disk_place(folder, alias),
        lambda alias: bucket_place(moto_server, prefix, alias),
    )
    assert installation.may_delete()
    ways.move()
    storage = outputs()
    assert isinstance(storage, MovingStorage)
    release = ready_video.release
    assert release is not None
    keys = [one.key for one in storage.old.list_prefix(release.prefix)]
    for key in keys[::2]:
        copying.bring(storage.old, storage.new, Pending(key, 0, is_there=False))

    def address_of(key: str) -> Address:
        signed = outputs().signed_url(key, until=UNTIL)
        return Address(signed) if signed else Address(key.removeprefix(release.prefix), mapped=True)

    for name in ("180p.m3u8", "audio.m3u8", "manifest.mpd"):
        text = playlists.render(release, name, address_of=address_of)
        uris = re.findall(
            r'(?:^|URI="|media="|sourceURL=")([^#"\s<]+\.(?:mp4|m4s)[^"\s]*)', text, re.M
        )
        assert uris
        for uri in uris:
            _fetch(unquote(uri).replace("&amp;", "&") if "://" in uri else uri, release.prefix)
    assert Walk.objects.filter(name__startswith="move_").count() == 0


def _fetch(uri: str, prefix: str) -> None:
    if urlsplit(uri).scheme:
        assert requests.get(uri, timeout=60).status_code == 200
        return
    part = addresses.part_of(uri)
    path = outputs().local_path(prefix + (part.uri if part else uri))
    assert path is not None
    assert part is None or part.last < path.stat().st_size
