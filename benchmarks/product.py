"""The whole product for a benchmark, on servers of its own: as in `make run`, with PostgreSQL."""

from __future__ import annotations

import http.client
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg

from tests.servers.app import Vodloom, running_vodloom
from tests.servers.postgres import running_postgres
from tests.servers.redis import running_redis

_EMAIL = "demo@example.com"
_BLOCK = 1024**2
_LARGEST_CLIP = 64 * 1024**3
_LOOK_EVERY_SECONDS = 0.1
_ENDS = ("video.failed", "video.canceled")


class NotReady(Exception):
    """Raised when a video did not reach the expected state."""


@dataclass
class Product:
    """A running copy, a user's key for its API, and a connection to its database."""

    vodloom: Vodloom
    key: str
    rows: psycopg.Connection[Any]

    def upload(self, clip: Path) -> tuple[str, float]:
        """Upload a clip over HTTP; return the video's id and the moment its last byte was sent."""
        boundary = uuid4().hex
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; '
            f'filename="{clip.name}"\r\nContent-Type: video/mp4\r\n\r\n'
        ).encode()
        tail = f"\r\n--{boundary}--\r\n".encode()
        connection = http.client.HTTPConnection(urlsplit(self.vodloom.url).netloc, timeout=600)
        connection.putrequest("POST", "/api/v1/videos/")
        connection.putheader("Authorization", f"Bearer {self.key}")
        connection.putheader("Content-Type", f"multipart/form-data; boundary={boundary}")
        connection.putheader("Content-Length", str(len(head) + clip.stat().st_size + len(tail)))
        connection.endheaders(head)
        with clip.open("rb") as file:
            while block := file.read(_BLOCK):
                connection.send(block)
        connection.send(tail)
        sent = time.monotonic()
        answer = connection.getresponse()
        body = json.loads(answer.read())
        if answer.status != http.client.CREATED:
            raise NotReady(str(body))
        return str(body["id"]), sent

    def wait(self, video: str, event: str, *, seconds: float = 1800) -> float:
        """Return the moment a video's event was written, some milliseconds before its commit; raise
        `NotReady`. It polls rarely, since polling costs time too."""
        end = time.monotonic() + seconds
        query = (
            "SELECT type, payload ->> 'error', extract(epoch FROM clock_timestamp() - created_at)"
            " FROM videos_event WHERE video_id = %s AND type = ANY(%s)"
        )
        while time.monotonic() < end:
            found = self.rows.execute(query, [video, [event, *_ENDS]]).fetchone()
            if found is not None:
                name, error, ago = found
                if name == event:
                    return time.monotonic() - float(ago)
                raise NotReady(f"{name}: {error}")
            time.sleep(_LOOK_EVERY_SECONDS)
        raise NotReady(f"no {event} after {seconds:.0f} s")

    def post(self, path: str) -> None:
        """Send a POST request without a body."""
        connection = http.client.HTTPConnection(urlsplit(self.vodloom.url).netloc, timeout=60)
        connection.request("POST", path, headers={"Authorization": f"Bearer {self.key}"})
        connection.getresponse().read()

    def copy_what_fits(self, copies: bool) -> None:
        """Set whether sources that already match their largest rung are repackaged instead of
        encoded."""
        self.rows.execute("UPDATE processing_encodingprofile SET copies = %s", [copies])

    def wait_until_idle(self) -> None:
        """Wait until no run is active."""
        query = "SELECT count(*) FROM processing_run WHERE status IN ('queued', 'running')"
        while (self.rows.execute(query).fetchone() or (0,))[0]:
            time.sleep(_LOOK_EVERY_SECONDS)

    def chunks(self, video: str, rendition: str) -> list[Path]:
        """Return the files of a rendition, in order."""
        query = (
            "SELECT c.key FROM videos_chunk c JOIN videos_rendition r ON r.id = c.rendition_id"
            " JOIN videos_video v ON v.release_id = r.release_id"
            " WHERE v.id = %s AND r.name = %s ORDER BY c.number"
        )
        found = self.rows.execute(query, [video, rendition]).fetchall()
        return [self.vodloom.data / "media" / "outputs" / key for (key,) in found]


@contextmanager
def running(**settings: str) -> Iterator[Product]:
    """Run web, reconciler, a light worker and an encode worker for each core, on local disk, with
    these settings."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vodloom-bench-")))
        postgres = stack.enter_context(running_postgres(durable=True))
        redis = stack.enter_context(running_redis())
        url = postgres.create_database()
        vodloom = stack.enter_context(
            running_vodloom(
                folder,
                redis=redis,
                database_url=url,
                extra={"VODLOOM_MAX_POST_BYTES": str(_LARGEST_CLIP), **settings},
                encoders=cores(),
            )
        )
        vodloom.manage("create_demo_user")
        key = vodloom.manage("create_api_key", _EMAIL, "--name", "bench").strip()
        rows = stack.enter_context(psycopg.connect(url, autocommit=True))
        yield Product(vodloom, key, rows)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))
