"""Tell the operator what happens: a progress bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, TextIO, cast

from django.core.management.base import OutputWrapper
from rich.console import Console
from rich.file_proxy import FileProxy
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from videos.management.importing.given import shown

_NAME_LENGTH = 40


class Reporter:
    """Writes the id of each new video and image on ``out``, and all else on ``err``, a line each.
    Both are a command's streams."""

    def __init__(self, out: OutputWrapper, err: OutputWrapper) -> None:
        self._out = out
        self._err = err

    def __enter__(self) -> Reporter:
        return self

    def __exit__(self, *_: object) -> None:
        """End what is drawn."""

    def made(self, pk: object) -> None:
        """Write the id of something new."""
        self._out.write(str(pk))

    def says(self, text: str, *, wrong: bool = False) -> None:
        """Write a line for the operator, in red if it is about something ``wrong``."""
        self._err.write(text, None if wrong else str)

    def waits(self) -> None:
        """Say that another run holds the source."""
        self.says("Another run is importing this, or was killed just now; waiting for it.")

    def counts(self, done: int) -> None:
        """Take note of how many files are done."""

    @contextmanager
    def reading(self, name: str, size: int | None) -> Iterator[Callable[[int], None]]:
        """Take note that a file of so many bytes is read; yield what is told each count."""
        yield lambda _: None


class _Plain:
    """A command's stream as other programs write to it: without a colour, and not line by line."""

    def __init__(self, stream: OutputWrapper) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        self._stream.write(text, str, ending="")

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()


class Bar(Reporter):
    """Draws a bar below the lines: the bytes of the file being read, their speed, how long it
    takes, and how many files are done."""

    def __init__(self, out: OutputWrapper, err: OutputWrapper) -> None:
        super().__init__(out, err)
        self._done = 0
        self._logs: list[tuple[logging.StreamHandler[Any], Any]] = []
        self._console = Console(file=cast("IO[str]", _Plain(err)))
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[done]} done", markup=False),
            console=self._console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Bar:
        for handler in logging.getLogger().handlers:
            if isinstance(handler, logging.StreamHandler) and _is_terminal(handler.stream):
                above = FileProxy(self._console, handler.stream)
                self._logs.append((handler, handler.setStream(above)))
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Wipe the bar away."""
        self._bar.stop()
        for handler, stream in self._logs:
            handler.setStream(stream)
        self._logs = []

    def made(self, pk: object) -> None:
        """Write the id above the bar."""
        with self._away():
            super().made(pk)

    def says(self, text: str, *, wrong: bool = False) -> None:
        """Write a line above the bar."""
        with self._away():
            super().says(text, wrong=wrong)

    def counts(self, done: int) -> None:
        """Show how many files are done."""
        self._done = done
        for task in self._bar.task_ids:
            self._bar.update(task, done=done)

    @contextmanager
    def reading(self, name: str, size: int | None) -> Iterator[Callable[[int], None]]:
        """Draw the bar of a file."""
        short = shown(name)[-_NAME_LENGTH:]
        task: TaskID = self._bar.add_task(short, total=size, done=self._done)
        try:
            yield lambda count: self._bar.advance(task, count)
        finally:
            self._bar.remove_task(task)

    @contextmanager
    def _away(self) -> Iterator[None]:
        """Take the bar away while another line is written: standard output may be the same
        terminal."""
        self._bar.stop()
        try:
            yield
        finally:
            self._bar.start()


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()
