"""Which scope each route of the API needs of a key: ``scopes.txt`` has a line for each, and a route
without one fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts import api_keys
from accounts.api_keys import Terms
from accounts.models import User
from accounts.scopes import Scope
from config import schema
from tests.routes.listing import Route, protocol_routes, readable, routes
from tests.whole import ask
from videos.api.strictness import StrictRequests

TABLE = Path(__file__).parent / "scopes.txt"
NONE = "none"
STREAMS = (("GET", "/api/v1/events"), ("GET", "/api/v1/videos/{id}/events"))
"""What is neither a view nor a protocol of uploads; a key is asked for its scope as by the feed."""


def table() -> dict[str, str]:
    """The scopes by route."""
    lines = (line.split() for line in TABLE.read_text().splitlines() if line[:1] not in ("", "#"))
    return {f"{method} {path}": scope for method, path, scope in lines}


def asked() -> list[Route]:
    """The routes of Django that may take a key."""
    known = {path for path, view in views(get_resolver().url_patterns) if view is not None}
    return [route for route in routes() if route.path in known]


def views(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        path = prefix + readable(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path, getattr(pattern.callback, "cls", None)


def test_every_route_has_its_line() -> None:
    there = {str(route) for route in (*asked(), *protocol_routes())}
    told = table()
    assert sorted(there - set(told)) == [], "routes without a line"
    assert sorted(set(told) - there) == [], "lines without a route"
    assert set(told.values()) <= {*Scope, NONE}


def test_every_view_that_knows_keys_asks_for_their_scopes() -> None:
    for path, view in views(get_resolver().url_patterns):
        if view is not None and view.authentication_classes:
            assert issubclass(view, StrictRequests), path
            known = {name for name in dir(view) if not name.startswith("_")}
            assert set(view.scopes) <= known, path


def test_the_description_tells_the_scope() -> None:
    told = {}
    for path, item in schema.document()["paths"].items():
        for method, operation in item.items():
            known = [one["apiKey"] for one in operation["security"] if "apiKey" in one]
            told[(method.upper(), path)] = known[0][0] if known and known[0] else NONE
    for name, scope in table().items():
        method, path = name.split()
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path.rstrip("/")).replace("{pk}", "{id}")
        if (method, path) in told:
            assert told.pop((method, path)) == scope, name
    assert told == dict.fromkeys(STREAMS, Scope.READ)


@pytest.mark.slow
@pytest.mark.parametrize("scope", Scope)
def test_a_key_gets_through_where_it_may(scope: Scope, owner: User) -> None:
    _, secret = api_keys.issue(owner, name="key", terms=Terms(scopes=[scope]))
    wrong = {}
    known = table()
    for route in asked():
        if (needs := known[str(route)]) == NONE:
            continue
        code, challenge = _refusal(route, secret)
        lacks = code == "insufficient_scope"
        if lacks != (needs != scope):
            wrong[str(route)] = code
        if lacks:
            assert f'error="insufficient_scope", scope="{needs}"' in challenge, route
    assert wrong == {}


def _filled(route: Route) -> str:
    """An address of the route, of rows that are not there: scopes are asked for first."""
    kinds = {"int": "1", "slug": "nothing"}
    there = "01a1fb71-0a3c-7e52-b1c4-2f9d6c8e7a10"
    return "/" + re.sub(r"<(\w+):\w+>", lambda found: kinds.get(found[1], there), route.path)


def _refusal(route: Route, secret: str) -> tuple[str, str]:
    """The code of an answer, if it has one, and its challenge; nothing of it lasts."""
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {secret}"})
    with transaction.atomic():
        send = getattr(client, route.method.lower())
        answer = send(_filled(route), content_type="application/json")
        transaction.set_rollback(True)
    problem = "problem" in answer.get("Content-Type", "")
    return answer.json()["code"] if problem else "", answer.get("WWW-Authenticate", "")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
@pytest.mark.django_db(transaction=True)
async def test_the_protocols_ask_for_theirs(owner: User) -> None:
    for scope in Scope:
        key = (await _issued(owner, scope))[1]
        for method, url, about in (
            ("POST", "/api/v1/videos/", {"files": {"x": b""}}),
            ("POST", "/api/v1/tus/", {"headers": {"Tus-Resumable": "1.0.0", "Upload-Length": "1"}}),
        ):
            answer = await ask(method, url, key=key, **about)
            refused = answer.status_code == 403
            assert refused == (scope != Scope.UPLOAD), (scope, url)
            if refused:
                assert answer.json()["code"] == "insufficient_scope"
                assert 'scope="upload"' in answer.headers["www-authenticate"]


async def _issued(owner: User, scope: Scope) -> Any:
    from channels.db import database_sync_to_async

    make = database_sync_to_async(api_keys.issue)
    return await make(owner, name="key", terms=Terms(scopes=[scope]))
