"""Many messages to browsers are sent at a time, and a push service that hangs delays no others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import PushMessage, PushSubscription, User
from videos.push import outbox, sending, subscriptions
from videos.push import service as services
from videos.push.service import Answer
from videos.push.tests.conftest import Browser, PushService, waiting

PAYLOAD = {"title": "A walk", "body": "The video is ready.", "path": "/watch/1/", "tag": "t"}
SECONDS = 8.0

WriteTo = Callable[..., None]


@pytest.fixture
def write_to(service: PushService) -> WriteTo:
    """Writes a message to each of some new browsers of a user, whose endpoints begin alike."""

    def write(user: User, path: str, count: int = 1) -> None:
        for number in range(count):
            browser = Browser(f"{service.origin}{path}/{user.pk}/{number}")
            made = subscriptions.subscribe(user, browser.offered())
            outbox.write([made.pk], PAYLOAD)

    return write


@pytest.fixture
def users(db: None) -> list[User]:
    return [User.objects.create_user(f"{number}@example.com", "x") for number in range(4)]


def paths(service: PushService) -> list[str]:
    return [path.split("/")[1] for path, *_ in service.got]


def test_a_service_that_hangs_delays_no_other(
    service: PushService, users: list[User], write_to: WriteTo
) -> None:
    """It answers only when the others have all their messages."""
    others, done = 10, threading.Event()

    def answer(path: str) -> bool:
        if path.startswith("/hangs"):
            return done.wait(SECONDS)
        if paths(service).count("well") == others:
            done.set()
        return True

    service.answers = answer
    write_to(users[0], "/hangs", 8)
    for user in users[1:3]:
        write_to(user, "/well", others // 2)
    assert sending.send_due() == 8 + others
    assert waiting() == []


def test_what_comes_while_a_service_hangs_is_sent(
    service: PushService, users: list[User], write_to: WriteTo
) -> None:
    done = threading.Event()

    def answer(path: str) -> bool:
        if path.startswith("/hangs"):
            return done.wait(SECONDS)
        done.set()
        return True

    def write_once_it_hangs() -> bool:
        if paths(service) == ["hangs"]:
            write_to(users[1], "/well")
        return False

    service.answers = answer
    write_to(users[0], "/hangs")
    assert sending.send_due(write_once_it_hangs) == 2


def test_one_service_and_one_user_have_so_many_at_a_time(
    service: PushService, users: list[User], write_to: WriteTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "OF_SERVICE", 6)
    expected, over = [sending.OF_USER], threading.Event()

    def answer(path: str) -> bool:
        """Wait until as many are open as there will be, and a moment for more."""
        until = time.monotonic() + SECONDS
        while service.most_at_once < expected[-1] and time.monotonic() < until:
            over.wait(0.02)
        over.wait(0.1)
        return True

    service.answers = answer
    write_to(users[0], "/one", 10)
    assert (sending.send_due(), service.most_at_once) == (10, sending.OF_USER)
    expected.append(6)
    for user in users:
        write_to(user, "/some", 4)
    assert (sending.send_due(), service.most_at_once) == (16, 6)


def test_browsers_of_a_user_at_their_bound_do_not_hide_those_of_others(
    service: PushService, users: list[User], write_to: WriteTo
) -> None:
    """All that is due first are theirs."""
    done = threading.Event()

    def answer(path: str) -> bool:
        if path.startswith("/hangs"):
            return done.wait(SECONDS)
        done.set()
        return True

    service.answers = answer
    write_to(users[0], "/hangs", sending.OF_USER + 2)
    write_to(users[1], "/well")
    assert sending.send_due() == sending.OF_USER + 3


def test_a_worker_that_is_stopped_begins_nothing(
    service: PushService, users: list[User], write_to: WriteTo
) -> None:
    write_to(users[0], "/well")
    assert sending.send_due(lambda: True) == 0
    assert (service.got, len(waiting())) == ([], 1)


def test_an_error_with_one_message_keeps_no_other_back(
    service: PushService, users: list[User], write_to: WriteTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = services.send

    def fail_once(to: PushSubscription, *what: Any, **how: Any) -> Answer:
        if "/odd/" in to.endpoint:
            raise ZeroDivisionError
        return send(to, *what, **how)

    monkeypatch.setattr(services, "send", fail_once)
    write_to(users[0], "/odd")
    write_to(users[1], "/well")
    assert sending.send_due() == 1
    assert PushMessage.objects.exclude(next_at=None).get().error == "ZeroDivisionError"


def test_a_service_is_what_endpoints_have_in_common(users: list[User]) -> None:
    made = [
        subscriptions.subscribe(users[0], Browser(f"https://push.example.net{path}").offered())
        for path in ("/a/b", "/c")
    ]
    assert {sending.service_of(one) for one in made} == {"https://push.example.net/"}
