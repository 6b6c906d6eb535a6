"""Browsers elsewhere open the live feed with a ticket: for one feed, for half a minute."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import api_keys, tickets
from accounts.api_keys import Terms
from accounts.models import ApiKey, User
from accounts.scopes import ALL, OF_APPS
from accounts.tickets import Holder
from config.asgi import application
from config.env.rates import Rate
from tests.log_ins import session_of
from videos.feed import closes, listeners, standing
from videos.feed.closes import Ended
from videos.feed.listeners import Listener
from videos.feed.socket import PATH

HERE, THERE = "https://app.example.org", "https://evil.example.com"
TICKETS = "/api/v1/feed/ticket/"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _allowed(settings: LazySettings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [HERE]
    cache.clear()


@pytest.fixture
def key(owner: User, transactional_db: None) -> ApiKey:
    return api_keys.issue(owner, name="feed")[0]


def protocols_of(ticket: str) -> list[str]:
    return [listeners.PROTOCOL, f"{listeners.TICKET_PREFIX}{ticket}"]


def ticket_of(key: ApiKey) -> str:
    return tickets.issue(Holder(key_id=key.pk))


def is_in(listener: Listener) -> bool:
    return not standing.ended({listener})


@asynccontextmanager
async def opened(
    protocols: list[str], origin: str = HERE, path: str = PATH, **headers: str
) -> AsyncIterator[tuple[Any, Any]]:
    """How a socket was accepted, and the first thing it says."""
    named = {"host": "testserver", "origin": origin, **headers}
    scope = {
        "type": "websocket",
        "path": path,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        "subprotocols": protocols,
        "client": ("127.0.0.1", 40000),
    }
    make: Any = ApplicationCommunicator  # asgiref has no types for it
    socket = make(application, scope)
    await socket.send_input({"type": "websocket.connect"})
    accepted = await socket.receive_output(20)
    assert accepted["type"] == "websocket.accept"
    try:
        yield accepted, await socket.receive_output(20)
    finally:
        await socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await socket.wait(20)


def test_a_key_is_given_all_that_a_browser_needs(api: APIClient) -> None:
    told = api.post(TICKETS)
    assert (told.status_code, told["Cache-Control"]) == (200, "no-store")
    assert told.json()["url"] == "ws://testserver/ws/feed/"
    assert told.json()["expires_in"] == 30
    protocol, ticket = told.json()["protocols"]
    assert protocol == "vodloom"
    assert set(ticket) <= set(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    )
    assert api.post(TICKETS, secure=True).json()["url"].startswith("wss://")


def test_nobody_gets_none(owner: User) -> None:
    assert APIClient().post(TICKETS).status_code == 401


@pytest.mark.anyio
async def test_a_session_has_tickets_too_which_end_with_it(
    owner: User, transactional_db: None
) -> None:
    client = APIClient()
    await sync_to_async(client.force_login)(owner)
    told = await sync_to_async(client.post)(TICKETS)
    session = client.cookies["sessionid"].value
    assert session not in told.content.decode()
    async with opened(told.json()["protocols"]) as (_, said):
        assert '"hello"' in said["text"]
    told = await sync_to_async(client.post)(TICKETS)
    await sync_to_async(client.logout)()
    async with opened(told.json()["protocols"]) as (_, said):
        assert said["code"] == closes.NOT_AUTHENTICATED


@pytest.mark.django_db
@pytest.mark.parametrize("of_app", [True, False])
def test_a_ticket_opens_no_more_than_what_it_was_given_for(owner: User, *, of_app: bool) -> None:
    ticket = tickets.issue(Holder(session=session_of(owner, of_app=of_app), of_app=of_app))
    headers = [(b"host", b"testserver"), (b"origin", HERE.encode())]
    scope = {"type": "websocket", "headers": headers, "subprotocols": protocols_of(ticket)}
    assert listeners.identify(scope).user.scopes == (OF_APPS if of_app else ALL)


@pytest.mark.anyio
async def test_a_ticket_opens_one_feed(key: ApiKey) -> None:
    ticket = ticket_of(key)
    async with opened(protocols_of(ticket)) as (accepted, said):
        assert accepted["subprotocol"] == listeners.PROTOCOL
        assert '"hello"' in said["text"]
    async with opened(protocols_of(ticket)) as (_, said):
        assert (said["type"], said["code"]) == ("websocket.close", closes.NOT_AUTHENTICATED)


@pytest.mark.anyio
async def test_the_feed_has_two_spellings_too(key: ApiKey) -> None:
    async with opened(protocols_of(ticket_of(key)), path="/ws/feed") as (
        _,
        said,
    ):
        assert '"hello"' in said["text"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("origin", "host", "code"),
    [
        (HERE, "testserver", None),
        ("http://testserver", "testserver", None),
        (THERE, "testserver", closes.FOREIGN_ORIGIN),
        ("null", "testserver", closes.FOREIGN_ORIGIN),
        (HERE, "elsewhere.example", closes.FOREIGN_ORIGIN),
    ],
)
async def test_a_ticket_counts_for_pages_that_may_ask(
    key: ApiKey, origin: str, host: str, code: int | None
) -> None:
    async with opened(protocols_of(ticket_of(key)), origin, host=host) as (
        _,
        said,
    ):
        assert said.get("code") == code


@pytest.mark.anyio
async def test_a_page_elsewhere_does_not_come_in_by_a_cookie(key: ApiKey, owner: User) -> None:
    async with opened([listeners.PROTOCOL], HERE, cookie="sessionid=x") as (_, said):
        assert said["code"] == closes.FOREIGN_ORIGIN


@pytest.mark.anyio
async def test_a_ticket_that_is_none_opens_nothing(
    key: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = ticket_of(key)
    forged = ticket[:50] + ("a" if ticket[50] != "a" else "b") + ticket[51:]
    monkeypatch.setattr(tickets, "SECONDS", -1)
    for none in (forged, "", "x", ticket_of(key)):
        async with opened(protocols_of(none)) as (_, said):
            assert said["code"] == closes.NOT_AUTHENTICATED


def used_from(ticket: str, address: str | None) -> dict[str, Any]:
    """The scope of an event stream that is opened with a ticket."""
    return {
        "type": "http",
        "query_string": f"ticket={ticket}".encode(),
        "headers": [(b"host", b"testserver")],
        "client": (address, 40000) if address else None,
    }


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("192.0.2.7", None),
        ("::ffff:192.0.2.7", None),
        ("198.51.100.7", closes.KEY_NOT_ALLOWED),
        (None, closes.KEY_NOT_ALLOWED),
    ],
)
def test_a_ticket_is_used_from_the_addresses_of_its_key(
    owner: User, address: str | None, code: int | None
) -> None:
    terms = Terms(addresses=["192.0.2.0/24"])
    ticket = ticket_of(api_keys.issue(owner, name="feed", terms=terms)[0])
    told = None
    try:
        assert listeners.identify(used_from(ticket, address)).user == owner
    except Ended as refused:
        told = refused.code
    assert told == code
    with pytest.raises(Ended) as again:  # a use from elsewhere uses it up, too
        listeners.identify(used_from(ticket, "192.0.2.7"))
    assert again.value.code == closes.NOT_AUTHENTICATED


@pytest.mark.parametrize("end", ["revoke", "expire", "deactivate"])
def test_a_ticket_is_void_once_its_key_has_ended(key: ApiKey, end: str) -> None:
    ticket = ticket_of(key)
    if end == "revoke":
        api_keys.revoke(key)
    elif end == "expire":
        ApiKey.objects.update(expires_at=timezone.now())
    else:
        User.objects.update(is_active=False)
    with pytest.raises(Ended) as refused:
        listeners.identify(used_from(ticket, "192.0.2.7"))
    assert refused.value.code == closes.NOT_AUTHENTICATED


def test_a_feed_ends_with_the_key_of_its_ticket(key: ApiKey) -> None:
    scope = {
        "headers": [(b"host", b"testserver")],
        "subprotocols": protocols_of(ticket_of(key)),
    }
    listener = listeners.identify(scope)
    assert is_in(listener)
    api_keys.revoke(key)
    assert not is_in(listener)
    scope["subprotocols"] = protocols_of(ticket_of(key))
    with pytest.raises(Ended) as refused:
        listeners.identify(scope)
    assert refused.value.code == closes.NOT_AUTHENTICATED


@pytest.mark.parametrize("by", ["key", "ticket", "session"])
@pytest.mark.parametrize("end", ["delete", "deactivate", "change password"])
def test_who_is_gone_listens_no_more(owner: User, by: str, end: str) -> None:
    key, secret = api_keys.issue(owner, name="feed")
    client = Client()
    client.force_login(owner)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    header = {"key": ("authorization", f"Bearer {secret}"), "session": ("cookie", cookie)}
    name, value = header.get(by, ("x-none", ""))
    listener = listeners.identify(
        {
            "headers": [(b"host", b"testserver"), (name.encode(), value.encode())],
            "subprotocols": protocols_of(ticket_of(key)) if by == "ticket" else [],
        }
    )
    assert is_in(listener)
    if end == "delete":
        owner.delete()
    elif end == "deactivate":
        User.objects.update(is_active=False)
    else:
        owner.set_password("another long password")
        owner.save()
    # Keys stay as they are when a password changes: the page says so.
    assert is_in(listener) is (end == "change password" and by != "session")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("rate", "protocols", "headers"),
    [
        ("wrong_keys", [], {"authorization": "Bearer vl_wrong"}),
        ("anonymous", protocols_of("none"), {}),
        ("anonymous", [], {"cookie": f"sessionid={'x' * 32}"}),
    ],
)
async def test_strangers_are_bounded_at_the_feed_too(
    key: ApiKey, settings: LazySettings, rate: str, protocols: list[str], headers: dict[str, str]
) -> None:
    settings.RATES = replace(settings.RATES, **{rate: Rate(1, 3600)})
    for code in (closes.NOT_AUTHENTICATED, closes.TOO_MANY):
        async with opened(protocols, "http://testserver", **headers) as (_, said):
            assert said["code"] == code
