"""Lists of sources that the operator imports, and what becomes of them when a run is killed."""

from __future__ import annotations

import io
import json
import os
import sys
import threading
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from accounts.models import User
from tests.killed import killed_at
from videos.ingest import uploads
from videos.management.importing import ledger
from videos.models import IdempotencyKey, Upload, Video
from videos.tests.test_import_file import fails, picture, run


@pytest.fixture
def clips(clip: Path, tmp_path: Path) -> Path:
    """A folder with three clips of different bytes."""
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        (tmp_path / name).write_bytes(clip.read_bytes() + name.encode())
    return tmp_path


def listed(folder: Path, *lines: object) -> Path:
    """A list of these lines; an object becomes JSON."""
    told = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path = folder / "list.txt"
    path.write_text("".join(f"{line}\n" for line in told))
    return path


def test_a_list_has_comments_and_settings_for_each_line(owner: User, clips: Path) -> None:
    path = listed(
        clips,
        "\ufeff# what is to be imported\r",
        "",
        f"{clips}/a.mp4",
        {"source": f"{clips}/b.mp4", "title": "Bee", "tags": ["own"], "external_id": "bee"},
        {"source": f"{clips}/c.mp4", "clip": {"start": 0, "end": 1}},
        {"source": f"{clips}/c.mp4", "clip": {"start": 1, "end": 2}},
    )
    out, err = run(owner, "--list", path, "--tag", "all")
    assert len(out.split()) == 4
    assert err.splitlines()[-1] == "Imported 4, already there 0, failed 0."
    bee = Video.objects.get(external_id="bee")
    assert (bee.title, bee.tags) == ("Bee", ["own"])
    assert Video.objects.get(title="a").tags == ["all"]
    assert set(Video.objects.filter(title="c").values_list("clip_start", "clip_end")) == {
        (None, 1.0),
        (1.0, 2.0),
    }
    assert "Imported 0, already there 4, failed 0." in run(owner, "--list", path)[1]


def test_each_wrong_line_is_told_with_its_number(owner: User, clips: Path) -> None:
    picture(clips / "p.jpg")
    path = listed(
        clips,
        f"{clips}/missing.mp4",
        '{"source": "a.mp4", "source": "b.mp4"}',
        {"title": "no source"},
        {"source": f"{clips}/a.mp4", "colour": "red"},
        {"source": f"{clips}/a.mp4", "url": "https://example.com"},
        {"source": f"{clips}/a.mp4", "type": "cake"},
        {"source": f"{clips}/p.jpg", "visibility": "public"},
        "x" * 70_000,
        {"source": f"{clips}/b.mp4"},
    )
    told = fails(owner, "--list", path)
    for said in (
        f"list.txt:1: {clips}/missing.mp4: source_unreadable",
        "list.txt:2: line_wrong: The line begins with a brace",
        "list.txt:3: line_wrong: The object names no `source`.",
        f"list.txt:4: {clips}/a.mp4: unknown_field: colour: ",
        "list.txt:5: line_wrong: Name the file as `source`",
        f"list.txt:6: {clips}/a.mp4: invalid_choice: type: ",
        f"list.txt:7: {clips}/p.jpg: unknown_field: visibility: ",
        "list.txt:8: line_wrong: The line has more than 65,536 bytes.",
    ):
        assert said in told
    assert "Imported 1, already there 0, failed 8." in told
    assert Video.objects.count() == 1


def test_a_list_comes_from_standard_input(
    owner: User, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = os.fsencode(clips) + b"/\xff.mp4"
    Path(os.fsdecode(odd)).write_bytes((clips / "a.mp4").read_bytes())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(odd)))
    assert len(run(owner, "--list", "-")[0].split()) == 1


def test_a_list_that_is_imported_again_imports_nothing(owner: User, clips: Path) -> None:
    path = listed(clips, f"{clips}/a.mp4", f"{clips}/b.mp4", f"{clips}/a.mp4")
    assert "Imported 2, already there 1" in run(owner, "--list", path)[1]
    assert "Imported 0, already there 3" in run(owner, "--list", path)[1]
    (clips / "a.mp4").write_bytes((clips / "c.mp4").read_bytes())
    assert "Imported 1, already there 2" in run(owner, "--list", path)[1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("point", "stands"),
    [("videos.ingest.services.store_begun", 0), ("videos.idempotency.answered", 1)],
)
def test_no_source_comes_twice_after_a_kill(
    owner: User, clips: Path, point: str, stands: int
) -> None:
    path = listed(clips, f"{clips}/a.mp4", f"{clips}/b.mp4")
    killed_at(point, lambda: run(owner, "--list", path))
    assert Video.objects.count() == 1
    IdempotencyKey.objects.filter(status=None).update(held_until=Now() - timedelta(seconds=1))
    assert f"already there {stands}," in run(owner, "--list", path)[1]
    assert sorted(Video.objects.values_list("title", flat=True)) == ["a", "b"]
    assert not Upload.objects.filter(finished_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_a_run_waits_for_one_that_was_killed(
    owner: User, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = listed(clips, f"{clips}/a.mp4")
    killed_at("videos.ingest.services.store_begun", lambda: run(owner, "--list", path))

    def time_passes(_: float) -> None:
        IdempotencyKey.objects.update(held_until=Now() - timedelta(seconds=1))

    monkeypatch.setattr(ledger, "time", SimpleNamespace(sleep=time_passes))
    told = run(owner, "--list", path)[1]
    assert "Another run is importing this, or was killed just now" in told
    assert "Imported 1" in told


@pytest.mark.django_db(transaction=True)
def test_two_runs_of_one_list_import_each_source_once(owner: User, clips: Path) -> None:
    path = listed(clips, *(f"{clips}/{name}.mp4" for name in "abc"))
    told: list[str] = []

    def one() -> None:
        try:
            told.append(run(owner, "--list", path)[1])
        finally:
            connection.close()

    runs = [threading.Thread(target=one) for _ in range(3)]
    for each in runs:
        each.start()
    for each in runs:
        each.join(60)
    assert Video.objects.count() == 3
    counts = [line for text in told for line in text.splitlines() if line.startswith("Imported")]
    assert sum(int(line.split()[1].rstrip(",")) for line in counts) == 3
    assert all("failed 0" in line for line in counts)


def test_a_run_that_lost_its_claim_creates_nothing(
    owner: User, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = uploads.create

    def taken_over(*args: Any, **kwargs: Any) -> Any:
        IdempotencyKey.objects.update(holder="0197a000-0000-7000-8000-000000000000")
        return create(*args, **kwargs)

    monkeypatch.setattr(uploads, "create", taken_over)
    told = fails(owner, "--list", listed(clips, f"{clips}/a.mp4"))
    assert "idempotency_in_flight" in told
    assert not Video.objects.exists()
