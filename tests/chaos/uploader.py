"""A user who uploads videos all the time, and repeats refused uploads."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import requests

from tests.chaos.fleet import Fleet
from tests.chaos.inputs import Input


@dataclass
class Uploader:
    """Uploads in a thread of its own. ``accepted`` holds the videos answered with 201, and ``at``
    the times of these answers (seconds of the monotonic clock).

    Refused videos are in the library too, so each title contains the number of the try.
    """

    fleet: Fleet
    good: Sequence[Input]
    bad: Sequence[Input]
    seed: int
    seconds: float
    count: int
    accepted: dict[str, Input] = field(default_factory=dict)
    at: dict[str, float] = field(default_factory=dict)
    refused: int = 0

    def __post_init__(self) -> None:
        manage = self.fleet.vodloom.manage
        manage("create_demo_user")
        key = manage("create_api_key", "demo@example.com", "--name", "chaos").strip()
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {key}"
        self.url = f"{self.fleet.vodloom.url}/api/v1/videos/"
        self._random = random.Random(self.seed)
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._upload_all, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        """Wait until all files are uploaded, now that there are no faults any more."""
        self._enough.set()
        self._thread.join()

    def _upload_all(self) -> None:
        inputs = [self.good[n % len(self.good)] for n in range(self.count - self._bad_ones())]
        inputs += [self.bad[n % len(self.bad)] for n in range(self._bad_ones())]
        self._random.shuffle(inputs)
        for number, file in enumerate(inputs):
            attempt = 1
            while not self._upload(file, f"{number}, try {attempt}"):
                attempt += 1
                self._enough.wait(0.5)
            self._enough.wait(self._random.expovariate(self.count / self.seconds))

    def _bad_ones(self) -> int:
        return max(len(self.bad), self.count // 6)

    def _upload(self, file: Input, title: str) -> bool:
        try:
            with file.path.open("rb") as stream:
                answer = self.session.post(
                    self.url, files={"file": stream}, data={"title": title}, timeout=60
                )
        except requests.RequestException:
            self.refused += 1
            return False
        if answer.status_code != 201:
            self.refused += 1
            return False
        video = answer.json()["id"]
        self.accepted[video], self.at[video] = file, time.monotonic()
        return True
