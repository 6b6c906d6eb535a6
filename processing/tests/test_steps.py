"""The registry of steps is what plans, progress, pages and docs read."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from processing.pipeline import plan
from processing.steps import STEPS
from processing.steps.fetch import Arrived
from processing.steps.probed import Probed
from processing.tests.pretended import PLAN, PROBED, SPANS
from videos.pages import words

ROOT = Path(__file__).parents[2]
API = "".join((ROOT / "docs" / name).read_text() for name in ("api.md", "errors.md"))
# How errors of ours are told, and where codes are declared that no video ever bears.
_CODE = re.compile(r"(?:\bcode(?:: str)?|error_code) ?= ?\"([a-z_]+)\"")
_NOT_TOLD = {"media_error", "interrupted", "odd", "domain_not_allowed"}


@pytest.mark.parametrize("stage", sorted({step.stage for step in STEPS.values()} | {"waiting"}))
def test_every_stage_is_documented_and_has_words(stage: str) -> None:
    assert f"`{stage}`" in API
    assert words.STAGES[stage]


def _codes() -> set[str]:
    found = set()
    for app in ("videos", "processing", "accounts"):
        for path in (ROOT / app).rglob("*.py"):
            if "tests" not in path.parts:
                found |= set(_CODE.findall(path.read_text()))
    return found - _NOT_TOLD


@pytest.mark.parametrize("code", sorted(_codes()))
def test_every_code_of_an_error_is_documented(code: str) -> None:
    assert f"`{code}`" in API


def test_the_codes_are_found_where_they_are_written() -> None:
    assert {"worker_crashed", "source_too_long", "priority_not_allowed"} <= _codes()


@pytest.mark.parametrize("downloads", [True, False])
def test_the_weights_of_a_run_sum_to_100(downloads: bool) -> None:
    specs = [*plan.first(), *plan.following(Probed(PROBED, PLAN, SPANS, downloads=downloads))]
    assert sum(Fraction(spec.weight) for spec in specs) == pytest.approx(100)


def test_a_run_without_a_source_begins_with_its_fetch_and_the_weights_still_sum_to_100() -> None:
    fetch, then = plan.first(stored=False), plan.following(Arrived())
    assert [spec.kind for spec in (*fetch, *then)] == ["fetch", "probe"]
    specs = [*fetch, *then, *plan.following(Probed(PROBED, PLAN, SPANS))]
    assert sum(Fraction(spec.weight) for spec in specs) == pytest.approx(100)


def test_what_waits_for_something_waits_for_a_task_of_the_same_plan() -> None:
    specs = plan.following(Probed(PROBED, PLAN, SPANS, downloads=True))
    planned = {(spec.kind, spec.number) for spec in specs}
    assert planned >= {before for spec in specs for before in spec.after}
    # What there is nothing for in this file is not planned.
    without = {"waveform", "subtitles", "transcript", "sound"}
    assert {kind for kind, _ in planned} == STEPS.keys() - {"fetch", "probe"} - without
