"""A larger site with a hundred users, while all its parts are restarted in turn."""

from __future__ import annotations

import asyncio
import logging
import random
import signal
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import websockets

from tests.servers.large import BACKGROUND, WEB, Site, missing, running_site
from tests.servers.process import Process, wait_until

pytestmark = [
    pytest.mark.alone,
    pytest.mark.thorough,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(bool(missing()), reason=f"not installed: {', '.join(missing())}"),
]
logger = logging.getLogger(__name__)

PEOPLE = 100
UPLOADS = 8
API = "/api/v1/videos/"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as running:
        yield running


@dataclass
class Crowd:
    """Users who watch and upload, and the errors they got, counted by message."""

    site: Site
    key: str
    clip: bytes
    videos: list[str] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    feeds: int = 0

    @property
    def asked(self) -> int:
        """The number of answers the users got."""
        return sum(self.answers.values())

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.site.proxy.certificates.authority))

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self.site.proxy.url,
            headers={"Authorization": f"Bearer {self.key}"},
            verify=self.trust,
            trust_env=False,
            timeout=60,
        )

    async def ask(self, client: httpx.AsyncClient, method: str, url: str, **about: Any) -> Any:
        """Send a request and return the answer. If a kept-alive connection broke, try again, as
        browsers do."""
        for attempt in (1, 2):
            try:
                answer = await client.request(method, url, **about)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
                if attempt == 2 or method == "POST":
                    self.wrong[f"{method} {type(error).__name__}"] += 1
                    return None
                continue
            except httpx.HTTPError as error:
                self.wrong[f"{method} {type(error).__name__}"] += 1
                return None
            self.answers[answer.status_code] += 1
            if answer.status_code >= 400:
                self.wrong[f"{method} {url.rpartition('/')[0]} {answer.status_code}"] += 1
            return answer
        return None

    async def looks(self) -> None:
        """Act as a user who opens the library, pages and media."""
        async with self.client() as client:
            await asyncio.sleep(random.uniform(0, 30))  # so that the users do not start all at once
            while True:
                choice = random.random()
                if choice < 0.5 or not self.videos:
                    await self.ask(client, "GET", API)
                elif choice < 0.9:
                    video = random.choice(self.videos)
                    answer = await self.ask(client, "GET", f"{API}{video}/")
                    if answer is not None and (playback := answer.json().get("playback")):
                        await self.ask(client, "GET", playback["hls"])
                else:
                    await self.ask(client, "GET", "/accounts/login/")
                await asyncio.sleep(random.uniform(15, 45))

    async def uploads(self, count: int) -> None:
        """Act as a user who uploads films slowly."""
        async with self.client() as client:
            for _ in range(count):
                answer = await self.ask(
                    client, "POST", API, content=self._slowly(), headers=self._form()
                )
                if answer is not None and answer.status_code == 201:
                    self.videos.append(answer.json()["id"])

    def _form(self) -> dict[str, str]:
        return {"Content-Type": "multipart/form-data; boundary=x"}

    async def _slowly(self) -> Any:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
        for at in range(0, len(self.clip), len(self.clip) // 10 + 1):
            yield self.clip[at : at + len(self.clip) // 10 + 1]
            await asyncio.sleep(0.5)
        yield b"\r\n--x--\r\n"

    async def listens(self) -> None:
        """Act as a user whose feed reconnects whenever it is closed."""
        address = f"wss://localhost:{self.site.proxy.port}/ws/feed/"
        headers = {"Authorization": f"Bearer {self.key}"}
        while True:
            try:
                async with websockets.connect(
                    address, ssl=self.trust, additional_headers=headers, proxy=None
                ) as feed:
                    self.feeds += 1
                    async for _ in feed:
                        pass
            except websockets.InvalidStatus as refused:
                self.wrong[f"feed {refused.response.status_code}"] += 1
            except (websockets.WebSocketException, OSError):
                pass
            await asyncio.sleep(0.2)


def _restart_everything(site: Site) -> None:
    """Restart all parts in turn; each is back before the next one stops."""
    for name in (*WEB, *BACKGROUND, *WEB):
        _restart(site, name)
    site.proxy.process.send(signal.SIGHUP)
    site.redis.restart()
    # As PgBouncer's manual says: queries wait during a PAUSE.
    site.pooler.command("PAUSE")
    site.postgres.stop()
    site.postgres.start()
    site.pooler.command("RESUME")


def _restart(site: Site, name: str) -> None:
    process = site.vodloom.processes[name]
    starts = _starts(process)
    process.ask_to_stop()
    wait_until(lambda: not process.is_running, f"{name} stops", seconds=45)
    process.start()
    if name in site.web:
        process.wait_until(lambda: _answers(site.web[name]), "it answers")
    else:
        process.wait_until(lambda: _starts(process) > starts, "it says that it has started")


def _starts(process: Process) -> int:
    """Return how often a worker or reconciler has logged its start."""
    log = process.log.read_text(errors="replace")
    return log.count('"worker_started"') + log.count('"reconciler_started"')


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", trust_env=False, timeout=20).status_code == 200
    except httpx.HTTPError:
        return False


def test_nobody_sees_a_rolling_restart_and_nothing_is_lost(site: Site, clip: Path) -> None:
    site.vodloom.manage("create_demo_user")
    key = site.vodloom.manage("create_api_key", "demo@example.com", "--name", "t").strip()
    crowd = Crowd(site, key, clip.read_bytes())
    restarted = threading.Event()
    # A process ends with the thread that started it, so this thread restarts all of them.
    with ThreadPoolExecutor(1) as outside:
        visit = outside.submit(asyncio.run, _visit(crowd, restarted))
        try:
            wait_until(lambda: visit.done() or crowd.asked >= PEOPLE, "all have come", 120)
            _restart_everything(site)
            asked = crowd.asked
            wait_until(lambda: visit.done() or crowd.asked >= asked + PEOPLE, "all look again", 120)
        finally:
            restarted.set()
        visit.result()
    logger.warning("answers %s, feeds %s, wrong %s", crowd.answers, crowd.feeds, crowd.wrong)
    assert crowd.wrong == {}, _complaints(site)
    assert len(crowd.videos) == UPLOADS
    assert crowd.feeds > 2
    assert {video["status"] for video in _library(site, crowd)} == {"ready"}


async def _visit(crowd: Crowd, restarted: threading.Event) -> None:
    people = [asyncio.create_task(crowd.looks()) for _ in range(PEOPLE)]
    people += [asyncio.create_task(crowd.listens()) for _ in range(2)]
    uploads = [asyncio.create_task(crowd.uploads(UPLOADS // 2)) for _ in range(2)]
    await asyncio.gather(*uploads)
    await asyncio.to_thread(restarted.wait)
    await _until_all_are_over(crowd)
    for person in people:
        person.cancel()
    await asyncio.gather(*people, return_exceptions=True)


async def _until_all_are_over(crowd: Crowd) -> None:
    async with asyncio.timeout(600), crowd.client() as client:
        for video in crowd.videos:
            while True:
                answer = await crowd.ask(client, "GET", f"{API}{video}/")
                if answer is not None and answer.json()["status"] in ("ready", "failed"):
                    break
                await asyncio.sleep(1)


def _complaints(site: Site) -> str:
    """Return the complaints in the logs of the web processes and the proxy."""
    logs = [site.vodloom.processes[name].log for name in WEB]
    lines = [
        line
        for log in (*logs, site.proxy.folder / "error.log")
        for line in log.read_text(errors="replace").splitlines()
        if "warning" in line or "error" in line
    ]
    return "\n".join(lines[-40:])


def _library(site: Site, crowd: Crowd) -> list[dict[str, Any]]:
    with httpx.Client(
        base_url=site.proxy.url,
        headers={"Authorization": f"Bearer {crowd.key}"},
        verify=crowd.trust,
        trust_env=False,
    ) as client:
        answers = [client.get(f"{API}{video}/") for video in crowd.videos]
    assert {answer.status_code for answer in answers} == {200}, _complaints(site)
    return [answer.json() for answer in answers]
