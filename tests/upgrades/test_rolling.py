"""Migrate while the release before runs; the new processes join, and the old ones leave."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.servers.app import ROOT, Vodloom
from tests.test_end_to_end import Owner, decode
from tests.upgrades import stored
from tests.upgrades.conftest import SLOW_FRAMES

NEW = ("reconciler-new", "light-new", "encode-new")


@pytest.mark.thorough
@pytest.mark.timeout(900)
def test_both_releases_work_side_by_side_and_nothing_is_lost(
    old: Vodloom, clip: Path, slow_clip: Path
) -> None:
    owner = Owner(old)
    before = owner.wait_until_over(owner.upload(clip)["id"])["id"]
    halfway = owner.upload(slow_clip)["id"]
    owner.wait(halfway, lambda now: now["progress"]["percent"] > 5)
    old_names = tuple(old.processes)

    new = Vodloom(old.environment, old.data, old.redis, ROOT, processes=old.processes)
    new.manage("migrate", "--verbosity", "0")
    # The old processes know nothing of the new columns, and still take videos in and work.
    through_old = owner.upload(clip)["id"]
    old.restart("encode")
    for name in NEW:
        new.add(name).start()
    new.url = new.start_web(name="web-new")
    side_by_side = [owner.upload(clip)["id"] for _ in range(2)]
    owner.url = f"{new.url}/api/v1/videos/"
    side_by_side += [owner.upload(clip)["id"] for _ in range(2)]
    assert owner.wait_until_over(side_by_side[-1])["status"] == "ready"
    told = owner.session.get(f"{old.url}/api/v1/videos/{side_by_side[-1]}/", timeout=30)
    assert told.json()["source"]["frame_rate"] == 25.0
    side_by_side.append(owner.upload(slow_clip)["id"])
    for name in old_names:
        new.processes[name].ask_to_stop()
    for name in old_names:
        new.processes.pop(name).stop()
    owner.vodloom = new

    frames = dict.fromkeys([before, through_old, *side_by_side], 75)
    frames |= dict.fromkeys([halfway, side_by_side[-1]], SLOW_FRAMES)
    for video, count in frames.items():
        now = owner.wait_until_over(video)
        assert now["status"] == "ready", now["error"]
        assert decode(owner.address(now))[0] == count
    stored.wait_for_tasks(new)
    assert nothing_the_old_ones_wrote_is_swept(new, owner, frames)
    assert purging_leaves_nothing(new, owner, frames)


def nothing_the_old_ones_wrote_is_swept(
    vodloom: Vodloom, owner: Owner, frames: dict[str, int]
) -> bool:
    """Whatever the day, what the rows list stays and plays."""
    stored.let_days_pass(vodloom)
    for video, count in frames.items():
        assert decode(owner.address(owner.get(video)))[0] == count
    return stored.listed(vodloom) <= stored.files(vodloom)


def purging_leaves_nothing(vodloom: Vodloom, owner: Owner, videos: Iterable[str]) -> bool:
    """What the old processes stored goes with its video as well."""
    for video in videos:
        answer = owner.session.delete(f"{owner.url}{video}/", params={"purge": "true"}, timeout=30)
        assert answer.status_code == 204
    stored.let_days_pass(vodloom)
    left = stored.files(vodloom)
    assert not left, left
    return True
