"""Of two looks at somebody's rights the one that began later counts, whichever ends first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from accounts.rights import Right
from accounts.tickets import Holder
from videos.feed import socket
from videos.feed.hearing import Hearing, Wish
from videos.feed.hub import Hub
from videos.feed.listeners import Listener
from videos.feed.opening import Granted
from videos.feed.review import Reviewer
from videos.feed.streams import Stream

pytestmark = pytest.mark.anyio

USER = User(pk=uuid4())
EVERYTHING = Wish(everything=True)
STAFF = frozenset({Right.VIEW_VIDEOS, Right.MODERATE})
MODERATOR = Hearing(USER.pk, everything=True, rights=STAFF)
VIEWER = Hearing(USER.pk, everything=True, rights=frozenset({Right.VIEW_VIDEOS}))
NOBODY = Hearing(USER.pk)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Questions:
    """Database threads whose calls end when they are answered, in any order."""

    def __init__(self) -> None:
        self.open: list[tuple[Any, asyncio.Future[Any]]] = []

    async def run(self, _: Callable[..., Any], *asked: Any) -> Any:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.open.append((asked, answer))
        return await answer

    async def asked(self, count: int) -> None:
        """Wait until so many calls were made."""
        while len(self.open) < count:
            await asyncio.sleep(0)

    def answer(self, number: int, with_: Any) -> None:
        self.open[number][1].set_result(with_)


def stream_of(wish: Wish, hearing: Hearing) -> Stream:
    return Stream(Listener(USER, Holder(), ("", "")), wish, hearing, 0)


@pytest.fixture
def stream() -> Stream:
    return stream_of(EVERYTHING, MODERATOR)


@pytest.fixture
def questions() -> Questions:
    return Questions()


@pytest.fixture
def hub(stream: Stream, questions: Questions) -> Hub:
    """A hub with that feed, whose looks at rights are these questions."""
    made = Hub()
    made.audience.add(stream)
    made._reviewer = Reviewer(made, questions)  # type: ignore[arg-type]  # they stand in
    return made


async def test_an_older_answer_gives_back_no_right(
    stream: Stream, questions: Questions, hub: Hub
) -> None:
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        older = tasks.create_task(hub.review(stream))
        await questions.asked(1)
        newer = tasks.create_task(hub.review(stream))
        await questions.asked(2)
        questions.answer(1, VIEWER)
        await newer
        assert stream.hearing == VIEWER
        questions.answer(0, MODERATOR)
        await older
    assert stream.hearing == VIEWER


async def test_a_newer_answer_gives_back_what_an_older_one_took(
    stream: Stream, questions: Questions, hub: Hub
) -> None:
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        older = tasks.create_task(hub.review(stream))
        await questions.asked(1)
        newer = tasks.create_task(hub.review(stream))
        await questions.asked(2)
        questions.answer(1, MODERATOR)
        await newer
        questions.answer(0, VIEWER)
        await older
    assert stream.hearing == MODERATOR


async def test_answers_that_come_in_order_count_both(
    stream: Stream, questions: Questions, hub: Hub
) -> None:
    for number, answer in enumerate((VIEWER, MODERATOR)):
        async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
            tasks.create_task(hub.review(stream))
            await questions.asked(number + 1)
            questions.answer(number, answer)
        assert stream.hearing == answer


async def test_a_feed_that_follows_something_else_meanwhile_is_asked_about_again(
    questions: Questions, hub: Hub
) -> None:
    kept, gone = uuid4(), uuid4()
    both = frozenset({kept, gone})
    whole = Hearing(USER.pk, whole=both, rights=STAFF)
    stream = stream_of(Wish(videos=both), whole)
    hub.audience.add(stream)
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(hub.review(stream))
        await questions.asked(1)
        hub.change(stream, stream.wish.without([gone]), whole.without([gone]))
        questions.answer(0, whole)
        await questions.asked(2)
        asked, _ = questions.open[1]
        assert asked[1] == Wish(videos=frozenset({kept}))
        questions.answer(1, Hearing(USER.pk, public=frozenset({kept})))
    assert stream.hearing == Hearing(USER.pk, public=frozenset({kept}))


@pytest.mark.parametrize("now", [VIEWER, NOBODY])
async def test_what_a_client_asks_for_gives_back_no_right_that_was_taken_meanwhile(
    stream: Stream,
    questions: Questions,
    hub: Hub,
    monkeypatch: pytest.MonkeyPatch,
    now: Hearing,
) -> None:
    monkeypatch.setattr(socket, "threads", questions)
    served = socket.FeedSocket({}, None, None)
    allowed = replace(now, own=True)
    wish = Wish(own=True, everything=now.everything)
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        answers = tasks.create_task(served._answers(stream, hub, '{"subscribe": {"own": true}}'))
        await questions.asked(1)
        review = tasks.create_task(hub.review(stream))
        await questions.asked(2)
        questions.answer(1, now)
        await review
        before = replace(MODERATOR, own=True)
        questions.answer(0, Granted(Wish(own=True, everything=True), before, ()))
        await questions.asked(3)
        assert stream.hearing == now
        assert questions.open[2][0] == (stream.listener, wish)
        questions.answer(2, Granted(wish, allowed, ()))
        if now.everything:
            await questions.asked(4)
            questions.answer(3, allowed)
        told = await answers
    assert [line.type for line in told] == ["subscribed"]
    assert (stream.wish, stream.hearing) == (wish, allowed)


async def test_what_a_client_asks_for_brings_back_no_video_that_went_meanwhile(
    questions: Questions, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "threads", questions)
    gone = Wish(videos=frozenset({uuid4()}))
    stream = stream_of(gone, Hearing(USER.pk, public=gone.videos))
    hub.audience.add(stream)
    served = socket.FeedSocket({}, None, None)
    own = Hearing(USER.pk, own=True)
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(served._answers(stream, hub, '{"subscribe": {"own": true}}'))
        await questions.asked(1)
        hub.change(stream, Wish(), NOBODY)
        questions.answer(0, Granted(replace(gone, own=True), replace(own, public=gone.videos), ()))
        await questions.asked(2)
        assert stream.hearing == NOBODY
        questions.answer(1, Granted(Wish(own=True), own, ()))
    assert stream.hearing == own
