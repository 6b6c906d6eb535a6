"""Videos are deleted for good while their steps are being finished."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.servers.app import Vodloom, running_vodloom
from tests.servers.postgres import Postgres
from tests.servers.process import wait_until
from tests.servers.redis import running_redis
from tests.test_end_to_end import Owner, decode
from tests.upgrades import stored

VIDEOS = 16
KEPT_EACH = 4


@pytest.fixture(
    params=[
        pytest.param("sqlite", marks=pytest.mark.thorough),
        pytest.param("postgresql", marks=pytest.mark.thorough),
    ]
)
def product(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Vodloom]:
    """The product with two encode workers and two reconcilers, on either kind of database."""
    database = ""
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        database = postgres.create_database()
    with ExitStack() as cleanup:
        vodloom = cleanup.enter_context(
            running_vodloom(
                tmp_path,
                redis=cleanup.enter_context(running_redis()),
                database_url=database,
                encoders=2,
            )
        )
        vodloom.add("reconciler-2").start()
        yield vodloom


@pytest.mark.timeout(400)
def test_a_purge_at_any_moment_leaves_nothing_and_ends_nobody(product: Vodloom, clip: Path) -> None:
    owner, chance = Owner(product), random.Random(1)
    shares = [chance.uniform(0, 100) for _ in range(VIDEOS)]

    def hand_in(number: int) -> str | None:
        """Upload a video, purge it at a random percentage, or return its id if it is kept."""
        video: str = owner.upload(clip)["id"]
        if number % KEPT_EACH == 0:
            return video
        owner.wait(
            video,
            lambda now: (
                now["status"] != "processing" or now["progress"]["percent"] >= shares[number]
            ),
        )
        answer = owner.session.delete(f"{owner.url}{video}/", params={"purge": "true"}, timeout=60)
        assert answer.status_code == 204, answer.text
        assert owner.session.get(f"{owner.url}{video}/", timeout=30).status_code == 404
        return None

    with ThreadPoolExecutor(6) as several:
        kept = [video for video in several.map(hand_in, range(VIDEOS)) if video]
    for video in kept:
        now = owner.wait_until_over(video)
        assert now["status"] == "ready", now["error"]
    work = product.data / "work"
    wait_until(lambda: not any(work.iterdir()), "nobody works any more", 60)
    wait_until(lambda: stored.files(product) == stored.listed(product), "what is left is kept", 120)
    for video in kept:
        assert decode(owner.address(owner.get(video))) == [75]
    ended = [name for name, process in product.processes.items() if not process.is_running]
    assert ended == []
