"""The registry: what stands in it, and that the docs tell of it."""

import re
from pathlib import Path

import pytest

from processing.reconciler.duties import DUTIES
from processing.reconciler.duty import Duty

ROOT = Path(__file__).parents[3]


def test_names_are_unique_and_say_what_is_done() -> None:
    names = [duty.name for duty in DUTIES]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)+", name) for name in names)


def test_wake_ups_and_leases_come_first() -> None:
    assert [duty.name for duty in DUTIES[:2]] == ["wake_queues", "rescue_tasks"]


def test_the_docs_tell_of_each_duty_with_its_interval() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    told = re.findall(r"^\| `(\w+)` \| (\d+) (s|min|h) \|", text, re.M)
    seconds = {"s": 1, "min": 60, "h": 3600}
    assert {name: int(number) * seconds[unit] for name, number, unit in told} == {
        duty.name: int(duty.every.total_seconds()) for duty in DUTIES
    }


@pytest.mark.parametrize("duty", DUTIES, ids=lambda duty: duty.name)
def test_on_an_empty_installation_there_is_nothing_to_do(db: None, duty: Duty) -> None:
    assert duty.run() == 0
