"""Owners who change their minds: they cancel or delete videos in each phase (window) between the
upload and ready."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import psycopg
import requests

from tests.chaos.fleet import Fleet
from tests.chaos.inputs import Input

Deed = Literal["cancel", "trash", "purge"]
DEEDS: tuple[Deed, ...] = ("cancel", "trash", "purge")
# The condition to wait for before the deed, in SQL on the video v.
WINDOWS = {
    "storing": "v.status = 'uploading'",
    "accepted": "v.status = 'processing'",
    "probing": "EXISTS (SELECT 1 FROM processing_task t JOIN processing_run r ON r.id = t.run_id"
    " WHERE r.video_id = v.id AND t.kind = 'probe' AND t.state = 'running')",
    "encoding": "EXISTS (SELECT 1 FROM processing_task t JOIN processing_run r ON r.id = t.run_id"
    " WHERE r.video_id = v.id AND t.kind = 'encode' AND t.state = 'running')",
    "publishing": "EXISTS (SELECT 1 FROM processing_task t JOIN processing_run r"
    " ON r.id = t.run_id WHERE r.video_id = v.id AND t.kind = 'publish' AND t.state = 'running')",
    "ready": "v.status = 'ready'",
}
_PATIENCE = 30.0
_LOOK_EVERY = 0.05


@dataclass(frozen=True)
class Withdrawal:
    """A cancellation or deletion that the product granted, with its video, window and time."""

    video: str
    deed: Deed
    window: str
    at: float


@dataclass
class Withdrawals:
    """Withdraws videos in a thread of its own, beside the uploader. ``granted`` holds the
    successful requests."""

    fleet: Fleet
    session: requests.Session
    clips: list[Input]
    seed: int
    seconds: float
    count: int
    granted: list[Withdrawal] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.url = f"{self.fleet.vodloom.url}/api/v1/videos/"
        self._random = random.Random(self.seed)
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def finish(self) -> None:
        """Start all remaining withdrawals at once, and wait until all have ended."""
        self._enough.set()
        self._thread.join()

    def _work(self) -> None:
        """Run each withdrawal in a thread of its own, since its window may come late."""
        threads = []
        for number, (window, deed) in enumerate(itertools.islice(self._plan(), self.count)):
            title = f"withdrawn {number}: {deed} while {window}"
            threads.append(threading.Thread(target=self._withdraw, args=[title, window, deed]))
            threads[-1].start()
            self._enough.wait(self._random.expovariate(self.count / self.seconds))
        for thread in threads:
            thread.join()

    def _plan(self) -> Iterator[tuple[str, Deed]]:
        """Yield every deed in every window, shuffled by the seed, again and again."""
        pairs = list(itertools.product(WINDOWS, DEEDS))
        while True:
            self._random.shuffle(pairs)
            yield from pairs

    def _withdraw(self, title: str, window: str, deed: Deed) -> None:
        upload = threading.Thread(target=self._upload, args=[title], daemon=True)
        upload.start()
        video = self._wait_for(title, window)
        if video is not None and self._is_granted(video, deed):
            self.granted.append(Withdrawal(video, deed, window, time.monotonic()))
        else:
            self.refused.append(title)
        upload.join()

    def _upload(self, title: str) -> None:
        """Upload a clip and ignore the answer, since the video is withdrawn meanwhile."""
        file = self.clips[len(title) % len(self.clips)]
        try:
            with file.path.open("rb") as stream:
                self.session.post(
                    self.url, files={"file": stream}, data={"title": title}, timeout=60
                )
        except requests.RequestException:
            return

    def _wait_for(self, title: str, window: str) -> str | None:
        """Return the video's id once it is in the window, or after 30 s in whatever state."""
        deadline = time.monotonic() + _PATIENCE
        query = f"SELECT id, {WINDOWS[window]} FROM videos_video v WHERE title = %s"
        found: str | None = None
        while time.monotonic() < deadline:
            try:
                rows = self.fleet.rows(query, title)
            except psycopg.Error:
                rows = []  # the database may be away
            if rows:
                found = str(rows[0][0])
                if rows[0][1]:
                    return found
            time.sleep(_LOOK_EVERY)
        return found

    def _is_granted(self, video: str, deed: Deed) -> bool:
        """Repeat the request until the answer is a yes or a no."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            try:
                answer = self._ask(video, deed)
            except requests.RequestException:
                time.sleep(_LOOK_EVERY)
                continue
            if answer.status_code < 500:
                return answer.ok
            time.sleep(_LOOK_EVERY)
        return False

    def _ask(self, video: str, deed: Deed) -> requests.Response:
        if deed == "cancel":
            return self.session.post(f"{self.url}{video}/cancel/", timeout=30)
        purge = {"purge": "true"} if deed == "purge" else {}
        return self.session.delete(f"{self.url}{video}/", params=purge, timeout=30)
