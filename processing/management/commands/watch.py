"""Watch videos in the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from rich.console import Console
from rich.live import Live

from processing.monitoring.watching.drawing import JsonLines, Lines, Screen, Teller
from processing.monitoring.watching.looking import Look, Watch, Working
from processing.monitoring.watching.ticks import Ticks
from videos.models import Video

_LOOK_SECONDS = 1.0
_INTERRUPTED = 130


class Command(BaseCommand):
    """Draw what is being processed and the last events, until Ctrl-C; of one video its steps and
    events, until it is ready (exit code 0) or failed (1)."""

    help = "Watch what is being processed, or one video until it is ready."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the arguments."""
        parser.add_argument("video", nargs="?", type=UUID, help="the id of one video")
        parser.add_argument(
            "--json", action="store_true", help="write the messages of the feed, one a line"
        )

    def handle(self, *args: Any, video: UUID | None, json: bool, **options: Any) -> None:
        """Watch, however often the database and Redis go away meanwhile."""
        ticks = Ticks()
        ticks.listen()
        try:
            with self._teller(json=json) as teller:
                code = _follow(Watch(video), ticks, teller)
        except Video.DoesNotExist as error:
            raise CommandError(f"There is no video {video}.", returncode=1) from error
        except KeyboardInterrupt:
            code = _INTERRUPTED
        except BrokenPipeError:  # whoever read the lines has enough of them
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = 0
        sys.exit(code)

    @contextmanager
    def _teller(self, *, json: bool) -> Iterator[Teller]:
        out = cast("Any", self.stdout)._out  # its own would end every part of a line
        console = Console(file=out)
        if json:
            yield JsonLines(out)
        elif not console.is_terminal:
            yield Lines(out)
        else:
            with Live(console=console, auto_refresh=False, vertical_overflow="crop") as live:
                yield Screen(console, live)


def _follow(watch: Watch, ticks: Ticks, teller: Teller) -> int:
    """Tell each look until the one video is over; return the exit code."""
    while True:
        try:
            look = watch.look()
        except DatabaseError:
            connection.close()
            teller.away()
        else:
            teller.tell(_freshened(look, ticks))
            if look.code is not None:
                return look.code
        ticks.wait(_LOOK_SECONDS)


def _freshened(look: Look, ticks: Ticks) -> Look:
    """Return a look with the progress that was announced after the rows were written."""
    return replace(look, videos=[_fresh(one, ticks) for one in look.videos])


def _fresh(one: Working, ticks: Ticks) -> Working:
    tick = ticks.of(one.id)
    if tick is None or tick["job"] != one.tick["job"] or tick["percent"] < one.tick["percent"]:
        return one
    return replace(one, tick=cast("Any", tick))
