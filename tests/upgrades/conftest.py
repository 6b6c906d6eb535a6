"""The release before, running."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from scripts.console import Failed
from tests.servers import releases
from tests.servers.app import Vodloom, running_vodloom
from tests.servers.plugin import SERVERS
from tests.servers.redis import running_redis


@pytest.fixture(scope="session")
def previous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of the release before."""
    try:
        return releases.unpack(releases.PREVIOUS, tmp_path_factory.mktemp("previous"))
    except (releases.HistoryMissing, Failed) as missing:
        pytest.skip(f"no upgrade can be tried: {missing}")


@pytest.fixture
def old(
    previous: Path, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Vodloom]:
    """The whole product of the release before, on the test run's kind of database."""
    shared = pytestconfig.stash[SERVERS].postgres
    with ExitStack() as cleanup:
        yield cleanup.enter_context(
            running_vodloom(
                tmp_path_factory.mktemp("upgraded"),
                redis=cleanup.enter_context(running_redis()),
                database_url=shared.create_database() if shared else "",
                root=previous,
            )
        )


@pytest.fixture(scope="session")
def slow_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip of several spans, so that a run of it can be met half done."""
    path = tmp_path_factory.mktemp("clips") / "slow.mp4"
    frame = f"testsrc2=size=640x360:rate=25:duration={SLOW_FRAMES // 25}"
    argv = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", frame]
    subprocess.run([*argv, "-c:v", "libx264", "-preset", "ultrafast", str(path)], check=True)
    return path


SLOW_FRAMES = 20 * 25
