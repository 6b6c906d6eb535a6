"""Schema and commands: what stands for the whole site."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from config.static_files import ModuleStorage
from config.version import VERSION
from processing.models import Run
from videos.models import Video


def test_the_schema_is_valid_and_names_the_fixed_addresses(
    tmp_path: Path, client: Client, db: None
) -> None:
    file = tmp_path / "schema.json"
    call_command("spectacular", "--validate", "--fail-on-warn", format="openapi-json", file=file)
    schema = json.loads(file.read_text())
    assert schema["openapi"].startswith("3.1")
    assert {"/api/v1/videos", "/api/v1/videos/{id}", "/api/v1/videos/{id}/status"} <= set(
        schema["paths"]
    )
    assert client.get("/api/v1/schema/").status_code == 200
    answer = client.get("/api/docs/")
    assert answer.status_code == 200
    # A page that tells of messages tells none of its own by accident.
    assert 'class="message"' not in answer.content.decode()
    assert "ProgressMessage" in answer.content.decode()


def test_static_files_can_be_read_by_another_server(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        storage = ModuleStorage(location=tmp_path, base_url="/static/")
        (tmp_path / "a.css").write_text("a { color: red }" * 100)
        list(storage.post_process({"a.css": (storage, "a.css")}))
    finally:
        os.umask(before)
    made = [path for path in tmp_path.rglob("*") if path.name != "a.css"]
    assert {path.suffix for path in made} >= {".css", ".gz", ".json"}
    assert {path.stat().st_mode & 0o777 for path in made} == {0o644}


def test_the_version_is_told_to_staff_alone(client: Client, owner: User) -> None:
    client.force_login(owner)
    answer = client.get("/")
    assert VERSION not in answer.content.decode()
    assert client.get("/api/v1/videos/")["Vodloom-Version"] == VERSION
    User.objects.update(is_staff=True, is_superuser=True)
    assert VERSION in client.get("/").content.decode()
    assert VERSION in client.get("/admin/").content.decode()
    assert "Vodloom-Version" not in Client().get("/api/v1/videos/")


def test_the_version_is_told_by_manage_py() -> None:
    for words in ("version", "--version"):
        done = subprocess.run(
            [sys.executable, "manage.py", words],
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == f"Vodloom {VERSION}\n"


def test_the_doctor_tells_each_part_and_fails_without_workers(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        call_command("doctor")
    assert left.value.code == 1
    told = capsys.readouterr().out
    for part in ("Python", "FFmpeg", "Sandbox", "Database", "Redis", "Storage"):
        assert f"ok    {part}" in told
    assert "wrong Workers" in told
    assert "manage.py worker" in told


def test_a_file_is_imported_and_stays(
    owner: User, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_file", str(clip), owner=owner.email, title="Imported")
    video = Video.objects.get(pk=capsys.readouterr().out.strip())
    assert (video.title, video.owner, video.status) == ("Imported", owner, "processing")
    assert clip.exists()


@pytest.mark.parametrize("problem", ["empty", "missing", "nobody", "not allowed"])
def test_what_cannot_be_imported_is_said(owner: User, tmp_path: Path, problem: str) -> None:
    path = tmp_path / "x.mp4"
    if problem != "missing":
        path.write_bytes(b"" if problem == "empty" else b"x")
    if problem == "not allowed":
        User.objects.update(can_upload=False)
    email = "nobody@example.com" if problem == "nobody" else owner.email
    with pytest.raises(CommandError):
        call_command("import_file", str(path), owner=email)
    assert not Video.objects.exists()


def test_reprocess_by_id_and_all_failed(
    ready_video: Video,
    take_in: Callable[[Path], Video],
    text_file: Path,
    work_off: Callable[[], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    failed = take_in(text_file)
    work_off()
    call_command("reprocess", "--failed", "--dry-run")
    told = capsys.readouterr().out
    assert str(failed.pk) in told
    assert "1 would be reprocessed" in told
    assert Run.objects.count() == 2
    call_command("reprocess", "--failed")
    call_command("reprocess", str(ready_video.pk))
    assert Run.objects.filter(status=Run.Status.QUEUED).count() == 2
    with pytest.raises(CommandError):
        call_command("reprocess")
    with pytest.raises(CommandError):
        call_command("reprocess", "01a1fb70-14f7-744f-a1d9-38cfbcd81bd5")
