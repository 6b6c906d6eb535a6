"""Hold each event that the product writes during a test against the type of its payload."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator


@cache
def validator_of(kind: str) -> Draft202012Validator:
    """Return a validator of the whole payload of a kind, which refuses members of no kind."""
    from videos.api.schema.types import object_of
    from videos.events.payloads import PAYLOADS

    return Draft202012Validator(object_of(PAYLOADS[kind]) | {"additionalProperties": False})


def faults_of(kind: str, payload: Any) -> list[str]:
    """Return what is wrong with the payload of an event."""
    return [error.message for error in validator_of(kind).iter_errors(payload)]


@pytest.fixture(autouse=True)
def _payloads_are_as_described(monkeypatch: pytest.MonkeyPatch) -> None:
    log = sys.modules.get("videos.events.log")
    if log is None:
        return
    store = log._store

    def checked(kind: str, events: Iterable[Any]) -> None:
        written = list(events)
        if not _written_by_a_test(log.__file__ or ""):
            for event in written:
                assert faults_of(kind, event.payload) == [], f"{kind}: {event.payload}"
        store(kind, written)

    monkeypatch.setattr(log, "_store", checked)


def _written_by_a_test(log: str) -> bool:
    frame = sys._getframe(2)
    while frame.f_code.co_filename == log and frame.f_back is not None:
        frame = frame.f_back
    return "/tests/" in frame.f_code.co_filename
