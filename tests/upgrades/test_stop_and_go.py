"""Stop the release before, migrate, start this one: with runs in progress nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers.app import ROOT, Vodloom
from tests.test_end_to_end import Owner, decode
from tests.upgrades import stored
from tests.upgrades.conftest import SLOW_FRAMES

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(600)]


def test_runs_in_progress_end_well_after_a_stop_and_an_upgrade(
    old: Vodloom, clip: Path, slow_clip: Path, text_file: Path
) -> None:
    owner = Owner(old)
    before = owner.wait_until_over(owner.upload(clip)["id"])["id"]
    halfway = owner.upload(slow_clip)["id"]
    owner.wait(halfway, lambda now: now["progress"]["percent"] > 20)
    # The encode worker is busy: this one has been looked at, and the last may not even have been.
    waiting = owner.upload(slow_clip)["id"]
    bad = owner.upload(text_file)["id"]
    old.stop_all()
    owner_frames = {before: 75, halfway: SLOW_FRAMES, waiting: SLOW_FRAMES}

    old.root = ROOT
    old.manage("migrate", "--verbosity", "0")
    old.processes.clear()
    for name in ("reconciler", "light", "encode"):
        old.add(name).start()
    old.url = old.start_web()
    owner.url = f"{old.url}/api/v1/videos/"

    assert owner.wait_until_over(bad)["error"]["code"] == "source_not_video"
    for video, frames in owner_frames.items():
        now = owner.wait_until_over(video)
        assert now["status"] == "ready", now["error"]
        assert decode(owner.address(now))[0] == frames
    stored.let_days_pass(old)
    assert stored.listed(old) - stored.files(old) == set()
