"""A Redis that is away fills no log."""

import logging

import pytest

from config.log_outages import RepeatedOutages

WORKER = "dramatiq.worker.ConsumerThread(media)"
LOST = "Consumer encountered a connection error: %s"


def _record(name: str, level: int, message: str) -> logging.LogRecord:
    return logging.LogRecord(name, level, "", 0, message, ("x",), None)


def test_one_complaint_a_minute_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    outages = RepeatedOutages()
    lost = _record(WORKER, logging.CRITICAL, LOST)
    assert [outages.filter(lost) for _ in range(3)] == [True, False, False]
    now += 61
    assert outages.filter(lost)


@pytest.mark.parametrize(
    "record",
    [
        _record(WORKER, logging.CRITICAL, "Consumer encountered an unexpected error."),
        _record(WORKER, logging.WARNING, LOST),
        _record("videos", logging.CRITICAL, LOST),
    ],
    ids=["another error", "another level", "another logger"],
)
def test_everything_else_passes(record: logging.LogRecord) -> None:
    outages = RepeatedOutages()
    assert all(outages.filter(record) for _ in range(3))
