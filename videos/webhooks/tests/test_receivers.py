"""Receivers that misbehave cost little, and none of them is led elsewhere or delays another."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from tests.bad_server import Answer, Asked, BadServer, Wire
from videos.models import WebhookDelivery, WebhookEndpoint
from videos.webhooks import claims, endpoints, fan_out, outcomes, permits, retries, sending
from videos.webhooks.addresses import UrlRefused, require_allowed
from videos.webhooks.engine import Engine, deliver
from videos.webhooks.room import OF_ENDPOINT
from videos.webhooks.tests.receivers import ROOM, endpoint_at, only, says, send_all, tell, tell_all

State = WebhookDelivery.State
_BLOCK = bytes(64 * 1024)


def hangs(asked: Asked, wire: Wire) -> None:
    wire.wait(30)


def drips(asked: Asked, wire: Wire) -> None:
    wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while not wire.over.wait(0.05):
        wire.send(b".")


def drips_headers(asked: Asked, wire: Wire) -> None:
    wire.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not wire.over.wait(0.05):
        wire.send(b".")


def closes(asked: Asked, wire: Wire) -> None:
    wire.connection.shutdown(socket.SHUT_RDWR)


def closes_early(asked: Asked, wire: Wire) -> None:
    wire.answer(200, b"Tha", length=1000)


def sends_a_gigabyte(asked: Asked, wire: Wire) -> None:
    wire.answer(200, length=1024**3)
    with contextlib.suppress(OSError):
        for _ in range(1024**3 // len(_BLOCK)):
            wire.send(_BLOCK)


@pytest.mark.parametrize(
    ("answer", "error", "status"),
    [
        (hangs, "webhook_timeout", None),
        (drips, "webhook_timeout", 200),
        (drips_headers, "webhook_timeout", 200),
        (closes, "webhook_broken_off", None),
        (closes_early, "webhook_broken_off", 200),
        (says(500), "webhook_refused", 500),
        (says(404), "webhook_refused", 404),
        (says(301, Location="/"), "webhook_redirected", 301),
        (says(307, Location="http://169.254.169.254/"), "webhook_redirected", 307),
    ],
)
def test_a_bad_answer_is_a_failure_that_is_tried_again(
    answer: Answer,
    error: str,
    status: int | None,
    owner: User,
    server: BadServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if error == "webhook_timeout":
        monkeypatch.setattr(sending, "SECONDS", 0.5)
    server.at("/", answer)
    endpoint_at(owner, server.url("/"))
    tell(owner)
    began = time.monotonic()
    send_all()
    assert time.monotonic() - began < 10
    failed = only()
    assert (failed.state, failed.error, failed.status) == (State.PENDING, error, status)
    assert len(server.asked) == 1
    assert failed.endpoint.last_error == error


def test_of_an_endless_answer_two_kilobytes_are_read(owner: User, server: BadServer) -> None:
    server.at("/", sends_a_gigabyte)
    endpoint_at(owner, server.url("/"))
    tell(owner)
    send_all()
    assert (only().state, len(only().answer)) == (State.DELIVERED, 2048)


def test_a_port_that_nobody_listens_at_is_a_failure(owner: User, server: BadServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    endpoint_at(owner, f"http://127.0.0.1:{port}/")
    tell(owner)
    send_all()
    assert only().error == "webhook_unreachable"


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://[fd00:ec2::254]/",
        "https://10.0.0.1/",
        "https://user:password@example.com/",
        "https://example.com/#part",
        "http://example.com/",
        "ftp://example.com/",
        "https://exa mple.com/",
        "https:///path",
        "/path",
        "https://example.com/" + "a" * 2000,
    ],
)
def test_a_url_that_nothing_may_be_sent_to_is_refused(url: str, settings: LazySettings) -> None:
    settings.WEBHOOK_PRIVATE = ()
    if (
        url == "https://0x7f.1/"
    ):  # a name to us; what it leads to is checked when it is connected to
        require_allowed(url)
        return
    with pytest.raises(UrlRefused):
        require_allowed(url)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_that_leads_to_a_private_address_is_not_connected_to(
    scheme: str,
    owner: User,
    server: BadServer,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    endpoint_at(owner, f"{scheme}://rebound.example:{server.port}/")
    settings.WEBHOOK_PRIVATE = ()
    there = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **named: (
            [there] if host == "rebound.example" else real(host, *rest, **named)
        ),
    )
    tell(owner)
    send_all()
    assert only().error == "webhook_forbidden_address"
    assert not server.calls


def test_many_dead_addresses_share_the_time(
    owner: User, server: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[float] = []

    def connect(address: object, timeout: float) -> socket.socket:
        tried.append(timeout)
        raise TimeoutError

    endpoint_at(owner, server.url("/"))
    monkeypatch.setattr("videos.webhooks.addresses.resolve", lambda *_: ["127.0.0.1"] * 100)
    with monkeypatch.context() as patched:
        patched.setattr("videos.fetching.pinned.socket.create_connection", connect)
        send_only(owner)
    assert len(tried) == 16
    assert tried[0] < 1


def send_only(owner: User) -> None:
    tell(owner)
    fan_out.read_log()
    outcomes.record([deliver(one) for one in claims.take(ROOM)])


@pytest.mark.django_db(transaction=True)
def test_a_slow_receiver_delays_no_other(owner: User, stranger: User, server: BadServer) -> None:
    released, quick = threading.Event(), threading.Event()

    def slow(asked: Asked, wire: Wire) -> None:
        released.wait(30)
        wire.answer(204)

    def fast(asked: Asked, wire: Wire) -> None:
        wire.answer(204)
        if len([one for one in server.asked if one.path == "/fast"]) == 30:
            quick.set()

    endpoint_at(owner, server.at("/slow", slow))
    endpoint_at(stranger, server.at("/fast", fast))
    WebhookEndpoint.objects.update(last_at=timezone.now())
    tell_all([owner, stranger] * 30)
    engine = Engine(lambda: False)
    thread = threading.Thread(target=engine.run)
    thread.start()
    try:
        assert quick.wait(25)
        assert len([one for one in server.asked if one.path == "/slow"]) == OF_ENDPOINT
    finally:
        released.set()
        thread.join(30)
    assert not thread.is_alive()
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {State.DELIVERED}
    assert len(server.asked) == 60


@pytest.mark.django_db(transaction=True)
def test_a_deletion_waits_for_a_request_that_is_being_written(
    owner: User, server: BadServer
) -> None:
    """And what connected before the deletion, but did not write yet, writes nothing."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time")
    endpoint, _ = endpoint_at(owner, server.at("/", says(204)))
    tell(owner)
    fan_out.read_log()
    (parcel,) = claims.take(ROOM)
    deleted = threading.Event()

    def delete() -> None:
        endpoints.delete(endpoint.pk)
        deleted.set()
        connection.close()

    thread = threading.Thread(target=delete)
    with permits.sending(parcel):
        thread.start()
        assert not deleted.wait(0.3)
    thread.join(5)
    assert deleted.is_set()
    with pytest.raises(sending.Unwanted), permits.sending(parcel):
        pass


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_stops_begins_nothing_and_notes_what_was_on_its_way(
    owner: User, server: BadServer
) -> None:
    stopping, asked = threading.Event(), threading.Event()

    def slow(_: Asked, wire: Wire) -> None:
        asked.set()
        assert stopping.wait(5)
        wire.answer(204)

    endpoint_at(owner, server.at("/", slow))
    WebhookEndpoint.objects.update(last_at=timezone.now())
    tell_all([owner] * (OF_ENDPOINT + 1))
    engine = Engine(stopping.is_set)
    thread = threading.Thread(target=engine.run)
    thread.start()
    assert asked.wait(5)
    stopping.set()
    thread.join(10)
    states = sorted(WebhookDelivery.objects.values_list("state", flat=True))
    assert states == [State.DELIVERED] * OF_ENDPOINT + [State.PENDING]


@pytest.mark.parametrize(
    "after",
    [
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 01 Jan 2030 00:00:00 +99999999999999999999",
        "Mon, 99 Jan 2030 00:00:00 GMT",
        "9" * 100,
        "-5",
        "soon",
    ],
)
def test_an_odd_wish_for_a_pause_is_a_failure_like_others(after: str) -> None:
    answer = retries.Answer(429, "webhook_refused", "", 1, {}, after)
    wait = retries.wait_after(answer, 1, datetime.now(UTC))
    assert wait is not None
    assert timedelta(seconds=5) <= wait <= retries.LONGEST_PAUSE
