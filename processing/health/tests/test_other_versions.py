"""The doctor names workers and reconcilers that run other code than it does."""

from __future__ import annotations

import pytest
from django.utils import timezone

from config.version import VERSION
from processing.health import work
from processing.health.catalogue import work as kinds
from processing.models import Reconciler, Worker


@pytest.fixture
def at_work(db: None) -> None:
    """A worker and a reconciler of this version."""
    now = timezone.now()
    seen = {"started_at": now, "last_seen": now, "version": VERSION}
    Worker.objects.create(name="w", queues=["encode", "media"], **seen)
    Reconciler.objects.create(name="r", host="h", **seen)


def test_those_of_this_version_are_well(at_work: None) -> None:
    assert [one.ok for one in (*work.workers(), work.reconciler())] == [True, True]


@pytest.mark.parametrize(("version", "told"), [("0.1", "0.1"), ("", "older")])
def test_others_are_a_warning(at_work: None, version: str, told: str) -> None:
    Worker.objects.update(version=version)
    Reconciler.objects.update(version=version)
    expected = [
        kinds.OTHER_VERSION.at(name, names=f"{who} ({told})", version=VERSION)
        for name, who in (("Workers", "w"), ("Reconciler", "r"))
    ]
    assert [*work.workers(), work.reconciler()] == expected
    assert all(one.lesser for one in expected)


def test_those_that_are_gone_are_not_told_of(at_work: None) -> None:
    Worker.objects.create(
        name="gone", started_at=timezone.now(), last_seen="2020-01-01T00:00Z", version="0.1"
    )
    assert [one.ok for one in work.workers()] == [True]
