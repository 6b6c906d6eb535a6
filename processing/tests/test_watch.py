"""`manage.py watch` tells what is worked on and what happened, and ends with its video."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError
from django.db.models.functions import Now
from rich.console import Console
from rich.live import Live

from accounts.models import User
from processing import services as processing
from processing.monitoring.watching.drawing import Screen
from processing.monitoring.watching.looking import Watch
from processing.monitoring.watching.ticks import Ticks
from videos.events import cursors, log, retention
from videos.models import Event, Video

Meanwhile = Callable[..., None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Do one thing after another between the looks of a command, and then press Ctrl-C."""

    def let(*acts: Callable[[], object]) -> None:
        left = list(acts)

        def wait(self: Ticks, seconds: float) -> None:
            if not left:
                raise KeyboardInterrupt
            left.pop(0)()
            log.sequence()

        monkeypatch.setattr(Ticks, "wait", wait)
        monkeypatch.setattr(Ticks, "listen", lambda self: None)

    return let


def watch(*arguments: Any) -> tuple[int, str]:
    """Run the command, and return its exit code and what it wrote."""
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("watch", *map(str, arguments), stdout=out)
    return ended.value.code, out.getvalue()  # type: ignore[return-value]  # it is a number


def test_one_video_is_watched_until_it_is_ready(
    video: Video, work_off: Callable[[], None], meanwhile: Meanwhile
) -> None:
    meanwhile(work_off)
    code, said = watch(video.pk)
    assert code == 0
    assert "video.created A clip" in said
    assert said.count("video.ready A clip") == 1
    assert "A clip: Ready, 100 %" in said


def test_a_failure_ends_it_with_another_code(video: Video, meanwhile: Meanwhile) -> None:
    meanwhile(lambda: processing.cancel(video))
    code, said = watch(video.pk)
    assert code == 1
    assert "video.canceled A clip" in said


def test_programs_get_the_messages_of_the_feed(
    video: Video, work_off: Callable[[], None], meanwhile: Meanwhile
) -> None:
    meanwhile(work_off)
    code, said = watch(video.pk, "--json")
    messages = [json.loads(line) for line in said.splitlines()]
    assert code == 0
    events = [message["event"] for message in messages if message["type"] == "event"]
    assert (events[0], events[-1]) == ("video.created", "job.succeeded")
    percents = [message["percent"] for message in messages if message["type"] == "progress"]
    assert percents[-1] == 100.0


def test_all_are_watched_until_somebody_has_seen_enough(video: Video, meanwhile: Meanwhile) -> None:
    meanwhile()
    code, said = watch()
    assert code == 130
    assert "A clip: Waiting, 0 %" in said


def test_it_goes_on_when_the_database_is_back(
    video: Video, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = Watch.look
    answers = [OperationalError("away"), OperationalError("away")]

    def away(self: Watch) -> Any:
        if answers:
            raise answers.pop()
        return look(self)

    monkeypatch.setattr(Watch, "look", away)
    monkeypatch.setattr("django.db.connection.close", lambda: None)  # it is the test's own
    meanwhile(lambda: None, lambda: None)
    _, said = watch()
    assert said.count("The database does not answer.") == 1
    assert "A clip" in said


def while_it_was_away(video: Video) -> Callable[[], None]:
    """Three events come, and the first two of them are deleted for their age."""

    def pass_by() -> None:
        for _ in range(3):
            log.write("video.updated", video, changed=["title"])
        log.sequence()
        young = log.newest()
        old = Now() - timedelta(days=31)
        Event.objects.filter(position__lt=young).update(created_at=old)
        retention.prune_events()

    return pass_by


def test_what_was_deleted_before_it_was_shown_is_told(video: Video, meanwhile: Meanwhile) -> None:
    missed = "Events before these were deleted because of their age"
    for one in ([], [video.pk]):
        meanwhile(while_it_was_away(video), lambda: None)
        _, said = watch(*one)
        assert said.count(missed) == 1
        assert "video.updated" in said.split(missed)[1]
    meanwhile(while_it_was_away(video), lambda: None)
    _, said = watch("--json")
    messages = [json.loads(line) for line in said.splitlines()]
    (told,) = [at for at, one in enumerate(messages) if one["type"] == "expired"]
    assert messages[told]["cursor"] == cursors.encode(log.oldest() - 1)
    assert messages[told + 1]["event"] == "video.updated"


def test_events_of_others_are_not_missed(
    video: Video, stranger: User, meanwhile: Meanwhile
) -> None:
    """They were deleted long after this looked at them."""
    other = Video.objects.create(owner=stranger)

    def age() -> None:
        Event.objects.update(created_at=Now() - timedelta(days=31))
        retention.prune_events()

    meanwhile(lambda: log.write("video.updated", other), lambda: None, age)
    _, said = watch(video.pk)
    assert "deleted because of their age" not in said


def test_a_video_that_is_not_there_is_an_error(meanwhile: Meanwhile, db: None) -> None:
    meanwhile()
    with pytest.raises(CommandError, match="no video"):
        call_command("watch", str(uuid4()), stdout=io.StringIO())


@pytest.mark.parametrize("one", [True, False])
def test_a_terminal_shows_tables(video: Video, one: bool) -> None:
    Video.objects.update(title="[red]A clip")  # no markup of ours
    log.sequence()
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=120, height=40)
    with Live(console=console, auto_refresh=False) as live:
        screen = Screen(console, live)
        look = Watch(video.pk if one else None).look()
        screen.tell(look)
        assert "because of their age" not in out.getvalue()
        screen.tell(replace(look, missed="e1"))
        screen.away()
    said = out.getvalue()
    assert "[red]A clip" in said
    assert "video.upload.completed" in said
    assert ("0 of 1" in said) == one
    assert "The database does not answer." in said
    assert "because of their age" in said
    assert "\x1b[?25h" in said  # the cursor is shown again


def test_a_tick_is_newer_than_the_rows(video: Video) -> None:
    ticks = Ticks()
    told = {"video": str(video.pk), "percent": 40.0}
    ticks.note({"type": "feed.progress", "tick": told})
    assert ticks.of(str(video.pk)) == told
    assert ticks.of(str(uuid4())) is None
