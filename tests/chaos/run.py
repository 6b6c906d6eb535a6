"""One run of chaos, from start to verdict."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from tests.chaos import inputs
from tests.chaos.chaos import Chaos
from tests.chaos.fleet import running_fleet
from tests.chaos.forms import Form, rewind_in
from tests.chaos.settling import settle
from tests.chaos.uploader import Uploader
from tests.chaos.verdict import Verdict, judge
from tests.chaos.visitors import Visitors
from tests.chaos.withdrawals import Withdrawals


def run(folder: Path, form: Form, seed: int, say: Callable[[str], None]) -> Verdict:
    """Run chaos, judge the result, and then report what was done."""
    clips = folder / "clips"
    clips.mkdir()
    good, bad = inputs.good(clips), inputs.bad(clips)
    data = folder / "data"
    data.mkdir()
    rewind = rewind_in(folder)
    with running_fleet(
        data, seed=seed, settings=form.settings, say=say, previous=form.upgrades
    ) as fleet:
        busy = form.seconds * 0.8
        uploader = Uploader(fleet, good, bad, seed, seconds=busy, count=form.videos)
        withdrawals = Withdrawals(
            fleet, uploader.session, good, seed, seconds=busy, count=form.withdrawals
        )
        key = str(uploader.session.headers["Authorization"]).removeprefix("Bearer ")
        visitors = Visitors(fleet, key, good, seed, seconds=busy, count=form.visits)
        chaos = Chaos(fleet, seed, form.lease, form.cards, form.appointments(rewind))
        uploader.start()
        withdrawals.start()
        visitors.start()
        chaos.rage(form.seconds)
        chaos.calm()
        withdrawals.finish()
        uploader.finish()
        visitors.finish()
        settle(chaos, form.settling)
        visitors.close()
        verdict = judge(chaos, uploader, withdrawals, visitors, rewind)
        for fault in chaos.log:
            say(str(fault))
        say(f"storage spoiled: {dict(fleet.storage.spoiled)}; uploads refused: {uploader.refused}")
        say(f"raised in tasks: {dict(fleet.exceptions.raised())}")
        say(f"withdrawn: {len(withdrawals.granted)}; refused: {withdrawals.refused}")
        say(f"visits: {len(visitors.arrived)}; edits: {len(visitors.edits)}")
        say(f"visits refused: {visitors.refused}")
        for problem in verdict.problems:
            say(f"PROBLEM {problem}")
        if verdict.problems:
            say(fleet.vodloom.logs)
    return verdict


def say(line: str) -> None:
    """Print to standard error, so that standard output has only the verdict."""
    print(line, file=sys.stderr)  # noqa: T201
