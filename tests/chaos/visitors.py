"""A user who comes by the other ways in, with broken lines, and puts in order what came."""

from __future__ import annotations

import io
import random
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field

import psycopg
from PIL import Image

from tests.bad_server import serving
from tests.chaos.fleet import Fleet
from tests.chaos.inputs import Input, padded
from tests.ingest import ways
from tests.ingest.line import close_all
from tests.ingest.site import Film, Refused, Site

WAYS: tuple[ways.Way, ...] = (
    ways.tus, ways.tus_parallel, ways.delegated, ways.delegated_chunks, ways.imported,
    ways.image, ways.imported_image, ways.bucket, ways.hook,
)  # fmt: skip
# Those whose clients send bytes: their lines are cut in the middle, half of the time.
_CUT = (ways.tus, ways.tus_parallel, ways.delegated, ways.delegated_chunks, ways.image)
_LARGE = 9 * 1024**2  # two parts in the bucket
_NEWEST = {
    "video": "SELECT id FROM videos_video WHERE title = %s ORDER BY id DESC",
    "image": "SELECT id FROM videos_image WHERE title = %s ORDER BY id DESC",
}
_PATIENCE = 30.0


@dataclass(frozen=True)
class Visit:
    """What came in under a title, and when its client was told so (s of the monotonic clock)."""

    title: str
    is_image: bool
    at: float


@dataclass(frozen=True)
class Edit:
    """A folder and a tag that a video or an image was given, and when that was granted."""

    row: str
    folder: str
    tag: str
    is_image: bool
    at: float


@dataclass
class Visitors:
    """Comes in a thread of its own, by each way in turn. ``arrived`` holds what was accepted."""

    fleet: Fleet
    key: str
    clips: Sequence[Input]
    seed: int
    seconds: float
    count: int
    arrived: list[Visit] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._come, daemon=True)

    def start(self) -> None:
        """Make a folder, and start the thread."""
        self._held = ExitStack()
        self._site = Site(self.fleet.vodloom, self.key, self._held.enter_context(serving()))
        made = self._site.ask("POST", "/api/v1/folders/", {"name": "visited"})
        self._folder = str(made.json["id"])
        self._thread.start()

    def finish(self) -> None:
        """Make all visits that remain, now that there are no faults any more."""
        self._enough.set()
        self._thread.join()

    def close(self) -> None:
        """Stop the server that files are imported from."""
        self._held.close()

    def _come(self) -> None:
        for number in range(self.count):
            way = WAYS[number % len(WAYS)]
            attempt = 1
            while not self._visit(way, f"{way.__name__} {number}, try {attempt}"):
                attempt += 1
                self._enough.wait(0.5)
            self._enough.wait(self._random.expovariate(self.count / self.seconds))

    def _visit(self, way: ways.Way, title: str) -> bool:
        is_image = way in (ways.image, ways.imported_image)
        film = Film(title, _picture() if is_image else self._clip())
        if way is ways.bucket:
            film.data = padded(film.data, _LARGE)
        steps = way(self._site, film)
        try:
            next(steps)
            if way in _CUT and self._random.random() < 0.5:
                close_all()
            for _ in steps:
                continue
        except (Refused, AssertionError, OSError, KeyError) as error:
            self.refused.append(f"{title}: {error!r}"[:200])
            return False
        finally:
            close_all()
        self.arrived.append(Visit(title, is_image, time.monotonic()))
        self._put_in_order(title, is_image=is_image)
        return True

    def _put_in_order(self, title: str, *, is_image: bool) -> None:
        """Put what came into the folder, and give it a tag."""
        kind, tag = "image" if is_image else "video", f"tag {len(self.edits)}"
        row = self._row_of(kind, title)
        if row is None:
            return
        asked = {"folder": self._folder, "tags": [tag]}
        with suppress(Refused, AssertionError, OSError):
            self._site.until(
                200, of=lambda: self._site.ask("PATCH", f"/api/v1/{kind}s/{row}/", asked)
            )
            self.edits.append(Edit(row, self._folder, tag, is_image, time.monotonic()))

    def _row_of(self, kind: str, title: str) -> str | None:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            with suppress(psycopg.Error):  # the database may be away
                rows = self.fleet.rows(_NEWEST[kind], title)
                return str(rows[0][0]) if rows else None
            time.sleep(0.2)
        return None

    def _clip(self) -> bytes:
        return self._random.choice(self.clips).path.read_bytes()


def _picture() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((400, 300), 90).convert("RGB").save(file, "JPEG")
    return file.getvalue()
