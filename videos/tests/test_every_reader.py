"""Every reader sees each event that it may see, in order, and none that it may not: whoever writes
beside whom, whichever transaction is committed first, and however often a reader comes back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.models import User
from videos.events import cursors, log
from videos.feed import hub
from videos.models import Event, Video, WebhookDelivery, WebhookEndpoint
from videos.tests import feed_clients
from videos.webhooks import fan_out

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, VIDEOS, LINES, POLLS = 3, 3, 5, 3
PATIENCE = 20.0

STEPS = st.one_of(
    st.tuples(st.just("write"), st.integers(0, WRITERS - 1), st.integers(0, VIDEOS - 1)),
    st.tuples(st.just("commit"), st.integers(0, WRITERS - 1)),
    st.tuples(st.just("roll_back"), st.integers(0, WRITERS - 1)),
    st.tuples(st.just("come_or_go"), st.integers(0, LINES - 1)),
    st.tuples(st.just("poll"), st.integers(0, POLLS - 1)),
    st.tuples(st.just("fan_out"), st.booleans()),
)


class Writer:
    """Writes events in transactions of its own, with a connection of its own."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._open: Any = None

    def write(self, video: Video, mark: str) -> None:
        self._do(lambda: self._write(video, mark))

    def end(self, *, well: bool = True) -> None:
        """Commit or roll back, if there is a transaction."""
        self._do(lambda: self._end(well))

    def stop(self) -> None:
        self.end()
        self._do(connections.close_all)
        self._thread.shutdown()

    def _do(self, act: Callable[[], None]) -> None:
        self._thread.submit(act).result(PATIENCE)

    def _write(self, video: Video, mark: str) -> None:
        if self._open is None:
            self._open = transaction.atomic()
            self._open.__enter__()
        log.write("video.updated", video, changed=[mark])

    def _end(self, well: bool) -> None:
        if self._open is not None:
            left, self._open = self._open, None
            if not well:
                transaction.set_rollback(True)
            left.__exit__(None, None, None)


@dataclass
class Line:
    """A socket or a stream that is opened and left; it goes on after the last message it heard."""

    open: Callable[..., Any]
    key: str
    query: str
    sees: Callable[[Event], bool]
    start: int = 0
    cursor: str = ""
    marks: list[str] = field(default_factory=list)
    _task: Future[None] | None = None

    def come_or_go(self, portal: BlockingPortal) -> None:
        if self._task is None:
            self._task = portal.start_task_soon(self._listen)
        else:
            self.go()

    def go(self) -> None:
        if self._task is not None:
            self._task.cancel()
            wait([self._task], PATIENCE)
            self._task = None

    async def _listen(self) -> None:
        query = f"{self.query}&since={self.cursor}".lstrip("&")
        async with self.open(self.key, query=query) as line:
            while True:
                message = await line.hear()
                assert message["type"] in ("hello", "event", "ping"), message
                if message["type"] == "event":
                    self.marks += message["payload"]["changed"]
                self.cursor = message["cursor"]

    def require_at_work(self) -> None:
        if self._task is not None and self._task.done():
            self._task.result()


@dataclass
class Poll:
    """Asks for a page now and then."""

    api: APIClient
    query: dict[str, Any]
    sees: Callable[[Event], bool]
    start: int = 0
    cursor: str = ""
    marks: list[str] = field(default_factory=list)

    def ask(self) -> bool:
        """Read a page; return whether there is more."""
        query = {**self.query, "since": self.cursor, "limit": 3}
        page = self.api.get("/api/v1/events/list/", query).json()
        for message in page["results"]:
            self.marks += message["payload"]["changed"]
        self.cursor = page["cursor"]
        return bool(page["has_more"])


class World:
    """Three videos of two owners, and all that write and read of them."""

    def __init__(
        self, owner: User, stranger: User, staff: User, client_of: Callable[[User], APIClient]
    ) -> None:
        self.owner = owner
        self.videos = [Video.objects.create(owner=whose) for whose in (owner, owner, stranger)]
        self._users = owner, stranger, staff
        self._keys = {user: api_keys.issue(user, name="all")[1] for user in self._users}
        self._clients = {user: client_of(user) for user in self._users}
        with transaction.atomic():
            self.endpoints = [
                (self._endpoint(owner), self._of(owner)),
                (self._endpoint(staff, all_videos=True), self._anything),
            ]
        self._count = 0

    def begin(self) -> None:
        """Have new readers, which begin now."""
        owner, stranger, staff = self._users
        first = self.videos[0].pk
        of_first = lambda event: event.video_id == first  # noqa: E731
        socket, stream = feed_clients.socket, feed_clients.stream
        self.writers = [Writer() for _ in range(WRITERS)]
        self.lines = [
            Line(socket, self._keys[owner], "", self._of(owner)),
            Line(stream, self._keys[owner], "", self._of(owner)),
            Line(socket, self._keys[owner], f"videos={first}", of_first),
            Line(stream, self._keys[staff], "all=true", self._anything),
            Line(socket, self._keys[stranger], "", self._of(stranger)),
        ]
        self.polls = [
            Poll(self._clients[owner], {}, self._of(owner)),
            Poll(self._clients[owner], {"video": first}, of_first),
            Poll(self._clients[staff], {"all": "true"}, self._anything),
        ]
        readers: list[Line | Poll] = [*self.lines, *self.polls]
        for reader in readers:
            reader.start = log.newest()
            reader.cursor = cursors.encode(reader.start)

    def step(self, portal: BlockingPortal, what: str, *how: Any) -> None:
        if what == "write":
            self._count += 1
            self.writers[how[0]].write(self.videos[how[1]], f"mark {self._count}")
        elif what == "commit":
            self.writers[how[0]].end()
        elif what == "roll_back":
            self.writers[how[0]].end(well=False)
        elif what == "come_or_go":
            self.lines[how[0]].come_or_go(portal)
        elif what == "poll":
            self.polls[how[0]].ask()
        else:
            fan_out_once(well=how[0])

    def finish(self, portal: BlockingPortal) -> None:
        """Let everybody come to the end of the log."""
        for writer in self.writers:
            writer.end()
        for video in self.videos:  # a last event for each reader
            self._count += 1
            log.write("video.updated", video, changed=[f"mark {self._count}"])
        while log.sequence():
            pass
        for line in self.lines:
            if line._task is None:
                line.come_or_go(portal)
        for poll in self.polls:
            while poll.ask():
                pass
        while fan_out.read_log():
            pass

    def expected(self, reader: Line | Poll) -> list[str]:
        return self.marks(reader.start, reader.sees)

    def marks(self, start: int, sees: Callable[[Event], bool]) -> list[str]:
        events = Event.objects.filter(position__gt=start).order_by("position")
        return [event.payload["changed"][0] for event in events if sees(event)]

    @staticmethod
    def _of(user: User) -> Callable[[Event], bool]:
        return lambda event: event.owner_id == user.pk

    @staticmethod
    def _anything(event: Event) -> bool:
        return True

    @staticmethod
    def _endpoint(owner: User, *, all_videos: bool = False) -> WebhookEndpoint:
        return WebhookEndpoint.objects.create(
            owner=owner,
            url="https://hook.example/",
            all_videos=all_videos,
            starts_after=fan_out.begin_to_listen(),
        )


def fan_out_once(*, well: bool) -> None:
    """Read the log for the webhooks, and die before the end of the transaction unless all is
    well."""
    with transaction.atomic():
        fan_out.read_log()
        if not well:
            transaction.set_rollback(True)


@pytest.fixture
def world(
    owner: User,
    stranger: User,
    moderator: User,
    as_user: Callable[[User], APIClient],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[World]:
    if connections["default"].vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    monkeypatch.setattr(hub, "LOOK_SECONDS", 0.05)
    yield World(owner, stranger, moderator, as_user)


def run(world: World, steps: Sequence[tuple[Any, ...]]) -> None:
    world.begin()
    with start_blocking_portal() as portal, ExitStack() as leaving:
        for line in world.lines:
            leaving.callback(line.go)
        for writer in world.writers:
            leaving.callback(writer.stop)
        for step in steps:
            world.step(portal, *step)
        world.finish(portal)
        for line in world.lines:
            wait_for(line, len(world.expected(line)))
            assert line.marks == world.expected(line)
    for poll in world.polls:
        assert poll.marks == world.expected(poll)
    for endpoint, sees in world.endpoints:
        rows = WebhookDelivery.objects.filter(endpoint=endpoint).order_by("position")
        bodies = [json.loads(row.body) for row in rows]
        told = [body["data"]["payload"]["changed"][0] for body in bodies]
        assert told == world.marks(endpoint.starts_after, sees)


def wait_for(line: Line, count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(line.marks) < count and time.monotonic() < deadline:
        line.require_at_work()
        time.sleep(0.01)  # the interval of polling; the deadline is above


def checked(examples: int, longest: int) -> Callable[[Any], Any]:
    few = settings(
        max_examples=examples,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    return lambda test: few(given(steps=st.lists(STEPS, max_size=longest))(test))


def test_transactions_that_are_committed_the_other_way_round_are_told_once(world: World) -> None:
    run(
        world,
        [
            *(("come_or_go", number) for number in range(LINES)),
            ("write", 0, 0),
            ("write", 1, 2),
            ("commit", 1),
            ("poll", 2),
            ("fan_out", True),
            ("write", 2, 1),
            ("come_or_go", 0),
            ("commit", 0),
            ("roll_back", 2),
            ("fan_out", False),
            ("write", 1, 0),
            ("commit", 1),
        ],
    )


@pytest.mark.thorough
@pytest.mark.timeout(900)
@checked(examples=60, longest=60)
def test_whatever_happens_each_reader_sees_what_it_may_in_order(
    world: World, steps: list[tuple[Any, ...]]
) -> None:
    run(world, steps)


@checked(examples=3, longest=20)
def test_a_few_courses_of_things(world: World, steps: list[tuple[Any, ...]]) -> None:
    run(world, steps)
