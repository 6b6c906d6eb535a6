"""Files and folders that the operator imports."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from PIL import Image as Pillow

from accounts.models import User
from processing.pipeline import attempt
from videos import idempotency
from videos.ingest import services as ingest
from videos.models import Folder, IdempotencyKey, Image, StoredObject, Upload, Video
from videos.storage import StorageUnavailable
from videos.storage.disk import DiskStorage


def run(owner: User, *arguments: object, **options: Any) -> tuple[str, str]:
    """Run the command; return what it wrote on both streams."""
    out, err = StringIO(), StringIO()
    told = [os.fsdecode(one) if isinstance(one, bytes) else str(one) for one in arguments]
    call_command("import_file", *told, owner=owner.email, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def fails(owner: User, *arguments: object) -> str:
    """Run the command, of which something is to fail; return what it wrote on standard error."""
    err = StringIO()
    told = [str(one) for one in arguments]
    with pytest.raises(CommandError):
        call_command("import_file", *told, owner=owner.email, stdout=StringIO(), stderr=err)
    return err.getvalue()


def picture(path: Path, colour: str = "teal") -> Path:
    """A small JPEG."""
    Pillow.new("RGB", (64, 48), colour).save(path, "JPEG")
    return path


@pytest.fixture
def folder(clip: Path, tmp_path: Path) -> Path:
    """A folder with two media files, one of them deeper, and another file."""
    folder = tmp_path / "folder"
    (folder / "deeper").mkdir(parents=True)
    shutil.copy(clip, folder / "a.mp4")
    (folder / "deeper" / "B.MKV").write_bytes(clip.read_bytes() + b"more")
    (folder / "notes.txt").write_text("no video")
    return folder


@pytest.fixture(autouse=True)
def _no_file_stays(settings: Any) -> Iterator[None]:
    yield
    assert [one for one in Path(settings.UPLOAD_DIR).iterdir() if one.name != ".place"] == []


def test_a_folder_is_imported_with_its_settings(owner: User, folder: Path) -> None:
    out, err = run(owner, folder, "--clip", "1-2", "--visibility", "unlisted", "--tag", "x")
    assert len(out.split()) == 2
    rows = Video.objects.values_list("title", "visibility", "clip_start", "clip_end", "tags")
    assert sorted(map(str, rows)) == [
        str(("B", "unlisted", 1.0, 2.0, ["x"])),
        str(("a", "unlisted", 1.0, 2.0, ["x"])),
    ]
    assert "notes.txt is no video or image by its name; passed over" in err
    assert err.splitlines()[-1] == "Imported 2, already there 0, passed over 1, failed 0."


def test_a_single_file_takes_every_setting(owner: User, clip: Path) -> None:
    within = Folder.objects.create(owner=owner, name="f")
    run(
        owner, clip, "--title", "T", "--description", "D", "--visibility", "public",
        "--folder", within.pk, "--tag", "a", "--tag", "b", "--metadata", '{"n": 1}',
        "--external-id", "e", "--clip", "0.5-", "--expires-at", "2100-01-01T00:00:00Z",
        "--original", "drop",
    )  # fmt: skip
    video = Video.objects.get()
    assert (video.title, video.description, video.visibility) == ("T", "D", "public")
    assert (video.folder_id, video.tags, video.metadata) == (within.pk, ["a", "b"], {"n": 1})
    assert (video.external_id, video.clip_start, video.clip_end) == ("e", 0.5, None)
    assert (video.original, video.expires_at is not None) == ("drop", True)


def test_it_goes_on_where_it_was_stopped(owner: User, folder: Path) -> None:
    run(owner, folder / "a.mp4")
    out, err = run(owner, folder)
    assert (len(out.split()), err.count("is there already")) == (1, 1)
    assert Video.objects.count() == 2
    run(owner, folder / "a.mp4")
    assert Video.objects.count() == 3


def test_what_was_imported_is_not_even_read_again(
    owner: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(owner, folder)
    monkeypatch.setattr(ingest, "describe_file", None)
    assert run(owner, folder)[1].count("is there already") == 2


def test_a_bad_file_stops_no_other(owner: User, folder: Path) -> None:
    (folder / "a0.mp4").touch()
    told = fails(owner, folder, folder / "missing.mp4", folder / "deeper")
    assert "a0.mp4: file_empty: The file is empty." in told
    assert "missing.mp4: source_unreadable: It cannot be read: No such file" in told
    assert told.splitlines()[-1] == "Imported 2, already there 1, passed over 1, failed 2."
    assert Video.objects.count() == 2


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--profile", "unheard-of", "profile_unknown: There is no profile of this name."),
        ("--folder", "0197a000-0000-7000-8000-000000000000", "folder_unknown: You have no folder"),
        ("--visibility", "secret", 'invalid_choice: visibility: "secret" is not a valid choice.'),
        ("--metadata", "no json", "invalid: metadata: Send an object."),
        ("--expires-at", "2001-01-01", "expires_at: "),
        ("--clip", "2-1", "clip: The clip's end must be after its start."),
        ("--clip", "nonsense", "Write the clip as START-END"),
    ],
)
def test_settings_are_refused_as_by_the_api(
    owner: User, clip: Path, option: str, value: str, said: str
) -> None:
    for dry in ((), ("--dry-run",)):
        with pytest.raises(CommandError) as refused:
            run(owner, clip, option, value, *dry)
        assert said in str(refused.value)
    assert not Video.objects.exists()


def test_an_external_id_names_one_video(owner: User, clip: Path, folder: Path) -> None:
    run(owner, clip, "--external-id", "e")
    assert "external_id_taken" in fails(owner, clip, "--external-id", "e")
    with pytest.raises(CommandError, match="--external-id is for a single file"):
        run(owner, folder, "--external-id", "f")


def test_a_dry_run_tells_and_writes_nothing(owner: User, folder: Path) -> None:
    run(owner, folder / "a.mp4", folder / "a.mp4")
    (folder / "c.mp4").touch()
    (folder / "d.jpg").write_bytes(b"no image")
    before = [StoredObject.objects.count(), Upload.objects.count(), IdempotencyKey.objects.count()]
    told = fails(owner, folder, "--dry-run")
    assert "B.MKV would be imported" in told
    assert "a.mp4 is there already" in told
    assert "c.mp4: file_empty" in told
    assert "d.jpg: image_invalid" in told
    assert told.splitlines()[-1] == "Would import 1, already there 1, passed over 1, failed 2."
    after = [StoredObject.objects.count(), Upload.objects.count(), IdempotencyKey.objects.count()]
    assert before == after


def test_on_duplicate_is_obeyed(owner: User, folder: Path) -> None:
    run(owner, folder / "a.mp4")
    (folder / "again.mp4").write_bytes((folder / "a.mp4").read_bytes())
    several = (folder / "again.mp4", folder / "deeper" / "B.MKV")
    assert "again.mp4: duplicate" in fails(owner, *several, "--on-duplicate", "refuse")
    run(owner, *several, "--on-duplicate", "keep")
    assert Video.objects.count() == 3


def test_images_are_imported_as_images(owner: User, folder: Path) -> None:
    picture(folder / "sea.jpg")
    out, _ = run(owner, folder, "--tag", "x", "--visibility", "public")
    image = Image.objects.get()
    assert (image.title, image.tags, image.source.origin) == ("sea", ["x"], "command")
    assert str(image.pk) in out
    picture(folder / "same.jpg")
    assert run(owner, folder)[1].count("is there already") == 4
    assert Image.objects.count() == 1


def test_each_odd_thing_in_a_folder_has_a_word(owner: User, folder: Path) -> None:
    (folder / "link.mp4").symlink_to(folder / "a.mp4")
    (folder / "loop").symlink_to(folder)
    (folder / ".hidden.mp4").write_bytes(b"x")
    (folder / ".git").mkdir()
    os.mkfifo(folder / "pipe.mp4")
    odd = os.fsencode(folder) + b"/\xff\x1b[2J.mp4"
    Path(os.fsdecode(odd)).write_bytes((folder / "a.mp4").read_bytes() + b"odd")
    _, err = run(owner, folder)
    for said in (
        "link.mp4 is a symbolic link; passed over",
        "loop is a symbolic link; passed over",
        ".hidden.mp4 is hidden; passed over",
        ".git is a hidden folder; passed over",
        "pipe.mp4 is a pipe, a socket or a device; passed over",
    ):
        assert said in err
    assert "\x1b" not in err
    assert err.isprintable() or err.replace("\n", "").isprintable()
    assert {video.title for video in Video.objects.all()} == {"a", "B", "[2J"}


def test_a_named_pipe_and_a_folder_that_is_closed_are_refused(owner: User, folder: Path) -> None:
    os.mkfifo(folder / "pipe.mp4")
    told = fails(owner, folder / "pipe.mp4", "s3://", "a\0b", "\ud800.mp4")
    assert told.count("source_unusable") == 4


def test_an_interrupted_import_leaves_nothing(
    owner: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setattr(DiskStorage, "put_file", interrupt)
        run(owner, folder)
    assert ended.value.code == 130
    assert not Video.objects.exists()
    assert not Upload.objects.exists()
    assert set(StoredObject.objects.values_list("state", flat=True)) <= {"deleting"}
    assert len(run(owner, folder)[0].split()) == 2


def test_what_a_storage_refused_is_imported_by_the_next_run(
    owner: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise StorageUnavailable("down")

    with monkeypatch.context() as patch:
        patch.setattr(DiskStorage, "put_file", refuse)
        assert fails(owner, folder).count("storage_unavailable") == 2
    assert len(run(owner, folder)[0].split()) == 2
    assert Video.objects.count() == 2


@pytest.mark.parametrize("name", ["a.mp4", "p.jpg"])
def test_a_file_that_is_still_being_written_is_not_imported(
    owner: User, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = tmp_path / name
    _ = picture(path) if name == "p.jpg" else shutil.copy(clip, path)
    put = DiskStorage.put_file

    def grows(storage: DiskStorage, *args: Any, **kwargs: Any) -> None:
        with path.open("ab") as file:
            file.write(b"more")
        put(storage, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(DiskStorage, "put_file", grows)
        assert "source_changed: The file was changed while" in fails(owner, path)
    assert not (Video.objects.exists() or Image.objects.exists())
    attempt.mark_abandoned()
    assert set(StoredObject.objects.values_list("state", flat=True)) <= {"deleting"}
    assert len(run(owner, path)[0].split()) == 1


def test_a_video_that_was_deleted_is_imported_again(owner: User, folder: Path) -> None:
    run(owner, folder)
    Video.objects.filter(title="a").update(deleted_at=Now())
    assert len(run(owner, folder)[0].split()) == 1


def test_what_was_imported_is_remembered_longer_than_keys(owner: User, folder: Path) -> None:
    run(owner, folder)
    IdempotencyKey.objects.update(
        created_at=Now() - timedelta(days=364), held_until=Now() - timedelta(days=364)
    )
    assert idempotency.prune_keys() == 0
    IdempotencyKey.objects.update(created_at=Now() - timedelta(days=366))
    assert idempotency.prune_keys() == 2


def test_many_pictures_named_by_bytes(owner: User, tmp_path: Path) -> None:
    file = io.BytesIO()
    Pillow.new("RGB", (8, 8)).save(file, "PNG")
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xfe.png"))
    path.write_bytes(file.getvalue())
    run(owner, tmp_path)
    assert Image.objects.count() == 1
