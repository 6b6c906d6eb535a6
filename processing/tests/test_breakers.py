"""A breaker keeps a worker from claiming what would only wait for its storage."""

import pytest

from processing.models import Task
from processing.pipeline import work
from processing.tests.attempts import refused
from processing.workers import breaker as breakers
from processing.workers import readiness
from processing.workers.breaker import Breaker
from videos.models import Video
from videos.storage.disk import DiskStorage

pytestmark = pytest.mark.usefixtures("short_pauses")


def test_a_worker_claims_nothing_while_its_storage_does_not_answer(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DiskStorage, "object_size", refused)
    breakers.storage.trip()
    assert readiness.why_not() == breakers.STORAGE_AWAY
    work.drain("media")
    assert Task.objects.get().state == Task.State.READY
    monkeypatch.undo()
    monkeypatch.setattr(breakers, "_LOOKED_EVERY_SECONDS", 0.0)
    breakers.storage._look_at = 0.0
    assert readiness.why_not() == ""


def test_the_storage_is_looked_at_only_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []

    def answers() -> bool:
        looks.append(1)
        return False

    monkeypatch.setattr(breakers, "answers", answers)
    monkeypatch.setattr(breakers, "_LOOKED_EVERY_SECONDS", 60.0)
    breaker = Breaker()
    assert breaker.why_open() == ""
    breaker.trip()
    assert [breaker.why_open() for _ in range(3)] == [breakers.STORAGE_AWAY] * 3
    assert looks == []
