"""Hear over Redis how far jobs are, and that there is something to look at."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from typing import Any

from videos.events import announce
from videos.feed import wakeups

_FRESH_SECONDS = 5.0


class Ticks:
    """The newest tick of each video, heard by a thread of its own. While Redis is away there are
    none, and nobody is woken."""

    def __init__(self) -> None:
        self._news = threading.Event()
        self._ticks: dict[str, tuple[float, dict[str, Any]]] = {}

    def listen(self) -> None:
        """Begin to listen; it ends with the process."""
        logging.getLogger(wakeups.__name__).setLevel(logging.CRITICAL)  # the screen is drawn on
        threading.Thread(
            target=lambda: asyncio.run(wakeups.listen(self.note)), name="ticks", daemon=True
        ).start()

    def note(self, message: dict[str, Any]) -> None:
        """Keep what was announced."""
        if message["type"] == announce.PROGRESS:
            tick = message["tick"]
            self._ticks[tick["video"]] = (time.monotonic(), tick)
        self._news.set()

    def of(self, video: str) -> dict[str, Any] | None:
        """Return a video's tick of the last seconds."""
        self._forget_old()
        found = self._ticks.get(video)
        return found[1] if found else None

    def wait(self, seconds: float) -> None:
        """Return when something was announced, at the latest after ``seconds``."""
        self._news.wait(seconds)
        self._news.clear()

    def _forget_old(self) -> None:
        since = time.monotonic() - _FRESH_SECONDS
        self._ticks = {video: told for video, told in list(self._ticks.items()) if told[0] > since}
