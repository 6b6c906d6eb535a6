"""The log lines of all processes of the product, in normal operation and during faults."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from tests.log_lines import wrong_in
from tests.servers.app import Vodloom
from tests.servers.fixtures import StartVodloom
from tests.servers.postgres import running_postgres
from tests.servers.process import ServerFailed, wait_until

pytestmark = [pytest.mark.alone, pytest.mark.thorough, pytest.mark.timeout(300)]

TOKEN = "a-token-for-monitoring-that-nobody-guesses"
AWAY_SECONDS = 15.0


@dataclass
class Site:
    """A running copy, and a user of it."""

    vodloom: Vodloom
    key: str

    def ask(
        self, path: str, *, data: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Return the status, headers and body of an answer; status 0 if there was none."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"{self.vodloom.url}{path}", data=data, headers=named)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()
        except OSError:
            return 0, {}, b""

    def upload(self, file: Path, request_id: str) -> int:
        edge = "----edge"
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"'
        body = f"{head}\r\n\r\n".encode() + file.read_bytes() + f"\r\n--{edge}--\r\n".encode()
        status, _, _ = self.ask(
            "/api/v1/videos/",
            data=body,
            Authorization=f"Bearer {self.key}",
            Content_Type=f"multipart/form-data; boundary={edge}",
            X_Request_ID=request_id,
        )
        return status

    def lines(self) -> Iterator[tuple[str, str]]:
        for name, process in self.vodloom.processes.items():
            for line in process.log.read_text().splitlines():
                yield name, line

    def told(self, **fields: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for _, line in self.lines()]
        wanted = {name.replace("_", "."): value for name, value in fields.items()}
        return [line for line in lines if wanted.items() <= line.items()]


@pytest.fixture
def site(start_vodloom: StartVodloom) -> Iterator[Site]:
    with running_postgres(durable=True) as postgres:
        vodloom = start_vodloom(
            DATABASE_URL=postgres.create_database(), VODLOOM_MONITORING_TOKEN=TOKEN
        )
        vodloom.manage("create_demo_user")
        key = vodloom.manage("create_api_key", "demo@example.com", "--name", "t").strip()
        site = Site(vodloom, key)
        site.upload(Path(__file__), "warm-up")
        yield site
        vodloom.stop_all()


def test_all_lines_are_objects_of_one_type_a_field(
    site: Site, start_vodloom: StartVodloom, clip: Path, request: pytest.FixtureRequest
) -> None:
    _use(site, clip)
    _let_redis_go(site)
    site.vodloom.restart("web")
    site.vodloom.stop_all()
    _hold_against_the_table(site)
    _look_for_secrets(site)
    _look_for_requests_and_tasks(site)


def _use(site: Site, clip: Path) -> None:
    assert site.upload(clip, "good-1") == 201
    assert site.upload(Path(__file__), "bad-1") == 201
    for path in ("/healthz", "/readyz", "/", "/accounts/login/?next=secretword", "/static/x.css"):
        site.ask(path)
    assert site.ask("/api/v1/videos/")[0] == 401
    site.ask("/m/sometokenword/01a217ee-07c7-70e1-a1ed-e61c5409ae4c/master.m3u8")
    site.ask("/accounts/password/reset/key/3k-keyword/")
    site.ask("/healthz", Host="evil.example")
    assert site.ask("/", Host="evil.example")[0] == 400
    status, headers, body = site.ask("/accounts/login/", data=b"x", Content_Length="5000000")
    assert (status, json.loads(body)["request_id"]) == (413, headers["x-request-id"])
    address = site.vodloom.url.replace("http", "ws") + "/ws/feed/?since=cursorword"
    with suppress(Exception), connect(address) as socket:
        socket.recv()
    with pytest.raises(ServerFailed):
        site.vodloom.manage("import_file", "/nonexistent", "--owner", "demo@example.com")
    ended = ("job_succeeded", "job_failed")
    wait_until(lambda: sum(len(site.told(event_action=e)) for e in ended) >= 3, "runs are over", 60)


def _let_redis_go(site: Site) -> None:
    """Stop Redis for a shortened half a minute: a line that repeats each second shows in less."""
    before = Counter(name for name, _ in site.lines())
    site.vodloom.redis.stop()
    until = time.monotonic() + AWAY_SECONDS
    while time.monotonic() < until:
        site.ask("/accounts/login/", data=b"login=a%40b.c&password=passwordword")
        assert site.ask("/readyz")[0] == 200
        time.sleep(1)
    said = Counter(name for name, line in site.lines() if '"request"' not in line)
    requests = Counter(name for name, line in site.lines() if '"request"' in line)
    site.vodloom.redis.start()
    for name, count in before.items():
        assert said[name] + requests[name] - count < 30, name
        assert said[name] < count + 8, name


def _hold_against_the_table(site: Site) -> None:
    types: dict[str, set[str]] = {}
    for name, line in site.lines():
        told = json.loads(line)
        assert wrong_in(told) == [], (name, line)
        for field, value in told.items():
            types.setdefault(field, set()).add(type(value).__name__)
    assert {field: kinds for field, kinds in types.items() if len(kinds) > 1} == {}
    sets = {line["event.dataset"] for line in site.told()}
    assert sets == {"vodloom.web", "vodloom.worker", "vodloom.reconciler"}


def _look_for_secrets(site: Site) -> None:
    words = ["secretword", "sometokenword", "keyword/", "cursorword", "passwordword", TOKEN]
    words += [site.key, site.vodloom.environment["SECRET_KEY"]]
    for name, line in site.lines():
        assert [word for word in words if word in line] == [], (name, line)


def _look_for_requests_and_tasks(site: Site) -> None:
    paths = [line["url.path"] for line in site.told(event_action="request")]
    assert not {"/healthz", "/readyz", "/static/x.css"} & set(paths)
    assert "/m/…/01a217ee-07c7-70e1-a1ed-e61c5409ae4c/master.m3u8" in paths
    refused = [line for line in site.told() if line.get("http.response.status_code") == 401]
    assert len(site.told(http_request_id=refused[0]["http.request.id"])) == 1
    tasks = site.told(http_request_id="good-1", event_action="task_done")
    assert {line["vodloom.task.kind"] for line in tasks} >= {"probe", "encode", "publish"}
    for line in tasks:
        about = {"vodloom.video.id", "vodloom.job.id", "vodloom.worker", "event.duration"}
        assert about <= line.keys()
    (failed,) = site.told(http_request_id="bad-1", event_action="task_failed")
    assert failed["error.code"] == "source_not_video"
    for action in ("worker_started", "worker_stopped", "reconciler_started", "reconciler_stopped"):
        assert site.told(event_action=action), action
