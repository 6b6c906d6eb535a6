"""Files at URLs that the operator imports."""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.core.management.base import OutputWrapper
from django.db import connection
from PIL import Image as Pillow

from accounts.models import User
from processing.models import Run as Job
from tests.bad_server import BadServer, serving, whole
from tests.networks import LOOPBACK
from videos.management.importing.reporting import Bar
from videos.models import Image, Source, Video
from videos.tests.test_import_file import fails, run


@pytest.fixture
def server(settings: LazySettings, clip: Path) -> Iterator[BadServer]:
    """A server with the clip."""
    settings.FETCH_PRIVATE = LOOPBACK
    with serving() as server:
        server.at("/sea.mp4", whole(clip.read_bytes()))
        yield server


class Terminal(StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def listed(folder: Path, *lines: str) -> Path:
    """A list of these lines."""
    path = folder / "list.txt"
    path.write_text("\n".join(lines))
    return path


def test_without_waiting_only_jobs_are_begun(owner: User, tmp_path: Path) -> None:
    path = listed(tmp_path, "https://example.com/a.mp4?token=secret", "https://example.com/b")
    out, err = run(owner, "--list", path, "--no-wait", "--tag", "x")
    assert len(out.split()) == 2
    assert Job.objects.count() == 2
    assert set(Video.objects.values_list("status", "title")) == {
        ("uploading", "a"),
        ("uploading", "b"),
    }
    assert "secret" not in err
    told = run(owner, "--list", path, "--no-wait")[1]
    assert "https://example.com/a.mp4 is there already" in told
    assert "secret" not in told
    assert Video.objects.count() == 2


def test_a_forbidden_url_is_refused_as_by_the_api(owner: User, tmp_path: Path) -> None:
    path = listed(tmp_path, "http://10.0.0.1/a.mp4", "http://", "https://example.com/a")
    told = fails(owner, "--list", path, "--no-wait")
    assert "list.txt:1: http://10.0.0.1/a.mp4: fetch_forbidden_address: url: " in told
    assert "list.txt:2: http://: fetch_bad_url: url: " in told
    assert "Imported 1, already there 0, failed 2." in told
    assert "failed 2." in fails(owner, "--list", path, "--dry-run")


def test_it_waits_until_the_files_have_arrived(
    owner: User, server: BadServer, tmp_path: Path, work_off: Callable[[], None]
) -> None:
    server.at("/page.mp4", whole(b"<!DOCTYPE html><html></html>"))
    path = listed(tmp_path, server.url("/sea.mp4"), server.url("/page.mp4"))
    told: list[str] = []

    def wait() -> None:
        try:
            told.append(fails(owner, "--list", path))
        finally:
            connection.close()

    waiting = threading.Thread(target=wait)
    waiting.start()
    while waiting.is_alive():
        work_off()
        waiting.join(0.2)
    assert f"list.txt:2: {server.url('/page.mp4')}: fetch_html: " in told[0]
    assert "Imported 1, already there 0, failed 1." in told[0]
    assert Source.objects.get().origin == "url"
    server.at("/page.mp4", whole(b"not html"))
    again = run(owner, "--list", path, "--no-wait")[1]
    assert "Imported 1, already there 1, failed 0." in again
    assert Video.objects.count() == 2


def test_an_image_is_fetched_at_once(owner: User, server: BadServer, tmp_path: Path) -> None:
    file = io.BytesIO()
    Pillow.new("RGB", (64, 48), "teal").save(file, "JPEG")
    server.at("/sea.jpg", whole(file.getvalue()))
    server.at("/no.jpg", whole(b"no image"))
    named = f'{{"source": "{server.url("/sea.jpg")}", "type": "image", "title": "T"}}'
    path = listed(tmp_path, named, server.url("/no.jpg"), server.url("/none.png"))
    told = fails(owner, "--list", path)
    assert "no.jpg: image_invalid" in told
    assert "none.png: fetch_not_found" in told
    assert Image.objects.get().title == "T"


def test_a_terminal_has_a_bar(owner: User, clip: Path, tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_bytes(clip.read_bytes() + name.encode())
    drawn, out = Terminal(), StringIO()
    call_command("import_file", str(tmp_path), owner=owner.email, stdout=out, stderr=drawn)
    assert len(out.getvalue().split()) == 2
    assert "1 done" in drawn.getvalue()
    assert "Imported 2" in drawn.getvalue()


def test_a_bar_shows_no_hostile_name() -> None:
    drawn = Terminal()
    out = OutputWrapper(StringIO())
    with (
        Bar(out, OutputWrapper(drawn)) as bar,
        bar.reading("[red]\x1b]0;owned\x07.mp4", 10) as read,
    ):
        read(5)
        bar.counts(3)
    assert "\x1b]0;" not in drawn.getvalue()
    assert "[red]" in drawn.getvalue()


def test_logs_and_lines_stand_above_the_bar_and_only_failures_are_red(
    caplog: pytest.LogCaptureFixture,
) -> None:
    drawn = Terminal()
    err = OutputWrapper(drawn)
    err.style_func = lambda text: f"<red>{text}"
    handler = logging.StreamHandler(drawn)
    logging.getLogger().addHandler(handler)
    try:
        with Bar(OutputWrapper(StringIO()), err) as bar, bar.reading("a.mp4", 10):
            logging.getLogger().warning("a line of the log")
            bar.says("a line")
            bar.says("a failure", wrong=True)
        logging.getLogger().warning("afterwards")
    finally:
        logging.getLogger().removeHandler(handler)
    assert "\r\x1b[2Ka line of the log\n" in drawn.getvalue()
    assert "<red>a failure\n" in drawn.getvalue()
    assert drawn.getvalue().count("<red>") == 1
    assert drawn.getvalue().endswith("afterwards\n")
