"""One run of chaos, from start to verdict."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.chaos import inputs
from tests.chaos.faults import Chaos
from tests.chaos.fleet import running_fleet
from tests.chaos.uploader import Uploader
from tests.chaos.verdict import Verdict, judge, settle


@dataclass(frozen=True)
class Form:
    """How long faults are dealt (s), how many videos go in, and how long they may take after."""

    seconds: float
    videos: int
    settings: str
    lease: float
    settling: float
    hunts: bool = False


SHORT = Form(30.0, 16, "tests.chaos.settings_short", lease=10.0, settling=120.0)


def long(minutes: float) -> Form:
    """With the product's own settings; about fifteen videos a minute."""
    videos = max(12, round(minutes * 15))
    return Form(
        minutes * 60, videos, "tests.chaos.settings", lease=30.0, settling=600.0, hunts=True
    )


def run(folder: Path, form: Form, seed: int, say: Callable[[str], None]) -> Verdict:
    """Let chaos rage and judge what is left; what was done is said after."""
    clips = folder / "clips"
    clips.mkdir()
    good, bad = inputs.good(clips), inputs.bad(clips)
    data = folder / "data"
    data.mkdir()
    with running_fleet(data, seed=seed, settings=form.settings) as fleet:
        uploader = Uploader(fleet, good, bad, seed, seconds=form.seconds * 0.8, count=form.videos)
        chaos = Chaos(fleet, seed, form.lease, form.hunts)
        uploader.start()
        chaos.rage(form.seconds)
        chaos.calm()
        uploader.finish()
        settle(chaos, form.settling)
        verdict = judge(chaos, uploader)
        for fault in chaos.log:
            say(str(fault))
        say(f"storage spoiled: {dict(fleet.storage.spoiled)}; uploads refused: {uploader.refused}")
        for problem in verdict.problems:
            say(f"PROBLEM {problem}")
        if verdict.problems:
            say(fleet.vodloom.logs)
    return verdict


def say(line: str) -> None:
    """To standard error, so that the verdict stands alone."""
    print(line, file=sys.stderr)  # noqa: T201
