"""The SHA-256 of a source that came past the server is found by the first task that reads it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rest_framework.test import APIClient

from processing.ffmpeg.errors import Interrupted
from processing.steps import hashing
from processing.steps.context import TaskContext
from tests.servers.s3 import S3
from videos.models import Source, Video
from videos.tests.direct import begin
from videos.tests.kept import in_bucket


def context_of(sha256: str, reason: str | None = None) -> TaskContext:
    """As much of a context as hashing reads."""
    real = TaskContext.__dataclass_fields__["held"].default_factory
    parts = SimpleNamespace(
        source=Source(sha256=sha256), should_stop=lambda: reason, held=cast(Any, real)()
    )
    return cast(TaskContext, parts)


@pytest.mark.parametrize("size", [1, 4 * 1024**2, 9 * 1024**2 + 1])
def test_a_file_is_hashed_whole(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"v" * size)
    context = context_of("")
    with context.held:
        assert hashing.beside(context, path)() == hashlib.sha256(b"v" * size).hexdigest()


def test_a_known_hash_is_not_computed_again(tmp_path: Path) -> None:
    context = context_of("f" * 64)
    assert hashing.beside(context, tmp_path / "missing")() == "f" * 64


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    context = context_of("")
    with context.held, pytest.raises(FileNotFoundError):
        hashing.beside(context, tmp_path / "missing")()


def test_it_stops_with_its_attempt() -> None:
    context = context_of("", reason="lost")
    with context.held:  # which waits for the thread: an endless file, until it is stopped
        hashed = hashing.beside(context, Path("/dev/zero"))
        with pytest.raises(Interrupted):
            hashed()


def test_a_direct_upload_has_its_hash_once_it_was_probed(
    work_off: Callable[[], None], api: APIClient, moto_server: S3, settings: Any, clip: Path
) -> None:
    in_bucket(settings, moto_server)
    upload = begin(api, size=clip.stat().st_size)
    assert upload.complete([upload.send(1, clip.read_bytes())]).status_code == 200
    work_off()
    video = Video.objects.get()
    assert video.status == "ready"
    expected = hashlib.sha256(clip.read_bytes()).hexdigest()
    assert api.get(f"/api/v1/videos/{video.pk}/").json()["source"]["sha256"] == expected
