"""Pages elsewhere use the API as far as the operator lets them, and read whatever it answers."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings

from accounts import api_keys, origins
from accounts.models import User
from config import uploads
from config.cross_origin import EXPOSED
from tests.whole import ask

URL = "/api/v1/videos/"
HERE, THERE = "https://app.example.org", "https://evil.example.com"
pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _allowed(settings: LazySettings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [HERE, "https://*.apps.example.org"]


@pytest.fixture
def key(owner: User) -> str:
    return api_keys.issue(owner, name="test")[1]


def preflight(origin: str, method: str = "PATCH", **more: str) -> dict[str, str]:
    return {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key,traceparent",
    } | more


@pytest.mark.parametrize("path", [URL, "/api/v1/videos", "/api/v1/schema/", "/api/v1/none/"])
async def test_a_preflight_needs_no_key(path: str) -> None:
    answer = await ask("OPTIONS", path, headers=preflight(HERE))
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == HERE
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    allowed = answer.headers["access-control-allow-headers"].lower()
    assert {"authorization", "idempotency-key"} <= set(allowed.replace(" ", "").split(","))
    assert "access-control-allow-credentials" not in answer.headers
    assert "Origin" in answer.headers["vary"]
    assert answer.headers["x-request-id"]


async def test_a_preflight_from_elsewhere_is_told_which_setting_lets_it_in() -> None:
    answer = await ask("OPTIONS", URL, headers=preflight(THERE))
    assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed")
    assert "CORS_ALLOWED_ORIGINS" in answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert "access-control-allow-origin" not in answer.headers


def _breaks(*_: Any) -> None:
    raise ZeroDivisionError("within")


async def test_every_answer_can_be_read_by_pages_that_may(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = {"Origin": HERE}
    large = {"Content-Type": "application/json", "Content-Length": str(10**10)}
    asked: list[tuple[int, str, str, dict[str, Any]]] = [
        (200, "GET", URL, {"key": key}),
        (401, "GET", URL, {}),
        (401, "POST", URL, {"content": b"x"}),
        (404, "GET", "/api/v1/nothing/", {}),
        (405, "PUT", URL, {"key": key}),
        (415, "POST", "/api/v1/jobs/", {"key": key, "data": {"video": "x"}}),
        (413, "POST", "/api/v1/jobs/", {"key": key, "headers": large, "content": b"x"}),
        (400, "GET", URL, {"key": key, "headers": {"Host": "elsewhere.example"}}),
    ]
    for status, method, path, about in asked:
        headers = head | about.pop("headers", {})
        answer = await ask(method, path, headers=headers, **about)
        assert (answer.status_code, path) == (status, path)
        assert answer.headers["access-control-allow-origin"] == HERE
        assert answer.headers["access-control-expose-headers"] == ", ".join(EXPOSED)
    monkeypatch.setattr(uploads, "_refusal", _breaks)
    answer = await ask("POST", URL, key=key, headers=head, content=b"x")
    assert (answer.status_code, answer.json()["code"]) == (500, "server_error")
    assert answer.headers["access-control-allow-origin"] == HERE
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_others_get_their_answer_and_may_not_read_it(key: str) -> None:
    for headers in ({"Origin": THERE}, {}):
        answer = await ask("GET", URL, key=key, headers=headers)
        assert answer.status_code == 200
        assert "access-control-allow-origin" not in answer.headers
        assert "Origin" in answer.headers["vary"]


async def test_pages_that_are_none_of_the_api_stay_their_own() -> None:
    answer = await ask("GET", "/accounts/login/", headers={"Origin": HERE})
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (HERE, True),
        ("https://a.apps.example.org", True),
        ("https://a.b.apps.example.org", True),
        ("https://apps.example.org", False),
        ("https://.apps.example.org", False),
        ("https://evilapps.example.org", False),
        ("http://a.apps.example.org", False),
        (f"{HERE}:8443", False),
        (f"{HERE}.evil.example.com", False),
        ("https://evil.example.com/a.apps.example.org", False),
        ("null", False),
        ("", False),
    ],
)
def test_origins_are_compared_whole(origin: str, expected: bool) -> None:
    assert origins.is_allowed(origin) is expected


def test_an_asterisk_lets_everybody_in(settings: LazySettings) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["*"]
    assert origins.is_allowed(THERE)
