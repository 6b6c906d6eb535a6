"""Tell what a look found: on a terminal as tables that are drawn anew, elsewhere as lines."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from datetime import UTC
from typing import Any, Protocol, TextIO, cast

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from processing.monitoring.watching.looking import MOST_VIDEOS, Look, Step, Working
from videos.events import earlier
from videos.events.messages import expired, message_of
from videos.models import Event

_BAR = 20
_LINES_KEPT = 200
_AWAY = "The database does not answer. This goes on when it does."
_MISSED = "Events before these were deleted because of their age and are left out here."


class Teller(Protocol):
    """Tells each look, in its own way."""

    def tell(self, look: Look) -> None:
        """Tell what is new."""

    def away(self) -> None:
        """Tell that the database does not answer."""


class Screen:
    """Draws the videos or the steps, and below them as many of the last events as there is room
    for."""

    def __init__(self, console: Console, live: Live) -> None:
        self._console, self._live = console, live
        self._events: deque[Event] = deque(maxlen=_LINES_KEPT)
        self._look: Look | None = None
        self._misses = False

    def tell(self, look: Look) -> None:
        """Draw a look."""
        self._look = look
        self._misses = self._misses or look.missed is not None
        self._events.extend(look.events)
        self._live.update(self._drawn(look), refresh=True)

    def away(self) -> None:
        """Draw the last look, and that the database does not answer."""
        drawn = [self._drawn(self._look)] if self._look else []
        self._live.update(Group(*drawn, Text(_AWAY, style="yellow")), refresh=True)

    def _drawn(self, look: Look) -> Group:
        above: list[RenderableType] = [_videos(look.videos)]
        if look.steps:
            above.append(_steps(look.steps))
        taken = len(look.videos) + len(look.steps) + 9 + self._misses
        room = max(3, self._console.height - taken)
        if self._misses:
            above.append(Text(_MISSED, style="yellow"))
        return Group(*above, _events(list(self._events)[-room:]))


class Lines:
    """Writes a line for each event, and one for each video that has got to another stage."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._stages: dict[str, str] = {}
        self._is_away = False

    def tell(self, look: Look) -> None:
        """Write what is new."""
        self._is_away = False
        if look.missed is not None:
            self._write(_MISSED)
        for event in look.events:
            self._write(f"{_time(event)} {earlier.kind(event.type)} {_title(event)}{_why(event)}")
        for one in look.videos:
            if self._stages.get(one.id) != one.stage:
                self._write(f"{one.title}: {one.stage}, {one.tick['percent']:.0f} %")
        self._stages = {one.id: one.stage for one in look.videos}

    def away(self) -> None:
        """Write once that the database does not answer."""
        if not self._is_away:
            self._write(_AWAY)
        self._is_away = True

    def _write(self, line: str) -> None:
        self._out.write(f"{line}\n")
        self._out.flush()


class JsonLines:
    """Writes the messages of the feed, one a line: events, and progress that has changed."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._ticks: dict[str, Any] = {}

    def tell(self, look: Look) -> None:
        """Write what is new."""
        if look.missed is not None:
            self._write(expired(look.missed))
        for event in look.events:
            self._write(message_of(event))
        ticks: dict[str, Any] = {one.id: one.tick for one in look.videos if one.has_job}
        for video, tick in ticks.items():
            if self._ticks.get(video) != tick:
                self._write(tick)
        self._ticks = ticks

    def away(self) -> None:
        """Write nothing: a program waits for the next message."""

    def _write(self, message: Any) -> None:
        self._out.write(json.dumps(message, ensure_ascii=False) + "\n")
        self._out.flush()


def _videos(videos: Any) -> Table:
    table = Table(box=None, expand=True, title_justify="left", pad_edge=False)
    for name, how in (("Title", 3), ("State", 1), ("", 1), ("", 1), ("ETA", 1), ("Speed", 1)):
        table.add_column(name, ratio=how, no_wrap=True, overflow="ellipsis")
    table.add_column("Stage", ratio=2, no_wrap=True, overflow="ellipsis")
    for one in videos:
        table.add_row(*_row(one))
    if not videos:
        table.add_row(Text("Nothing is being processed.", style="dim"))
    if len(videos) == MOST_VIDEOS:
        table.caption = f"These are the {MOST_VIDEOS} newest."
    return table


def _row(one: Working) -> tuple[RenderableType, ...]:
    tick: Mapping[str, Any] = cast("Mapping[str, Any]", one.tick)
    eta, speed = tick["eta_seconds"], tick["speed"]
    return (
        Text(one.title),
        Text(one.state),
        _bar(tick["percent"] / 100),
        f"{tick['percent']:.0f} %",
        f"{eta} s" if eta is not None else "-",
        f"{speed:.1f}x" if speed else "-",
        Text(one.stage),
    )


def _steps(steps: Any) -> Table:
    table = Table(box=None, expand=True, pad_edge=False)
    for name, how in (("Step", 3), ("Done", 1), ("", 2), ("Error", 2)):
        table.add_column(name, ratio=how, no_wrap=True, overflow="ellipsis")
    for step in steps:
        table.add_row(*_step(step))
    return table


def _step(step: Step) -> tuple[RenderableType, ...]:
    done = f"{step.done} of {step.count}"
    return Text(step.label), done, _bar(step.share), Text(step.error, style="red")


def _bar(share: float) -> ProgressBar:
    return ProgressBar(total=1.0, completed=min(max(share, 0.0), 1.0), width=_BAR)


def _events(events: Any) -> Table:
    table = Table(box=None, expand=True, pad_edge=False)
    for name, how in (("Time", 1), ("Event", 3), ("Of", 4)):
        table.add_column(name, ratio=how, no_wrap=True, overflow="ellipsis")
    for event in events:
        said = escape(f"{_title(event)}{_why(event)}")
        table.add_row(_time(event), earlier.kind(event.type), said)
    return table


def _time(event: Event) -> str:
    return f"{event.created_at.astimezone(UTC):%H:%M:%S}"


def _title(event: Event) -> str:
    return event.payload.get("title") or "Untitled"


def _why(event: Event) -> str:
    error = event.payload.get("error")
    return f" ({error['code']})" if error else ""
