"""Whoever asks for a host that is none of ours is told what the operator can do."""

from __future__ import annotations

import pytest

from accounts import api_keys
from accounts.models import User
from tests.asgi import scope_of
from tests.whole import ask

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def key(owner: User) -> str:
    return api_keys.issue(owner, name="test")[1]


@pytest.mark.parametrize("host", ["10.0.2.2:8851", "elsewhere.example", "testserver.evil", "a b"])
async def test_the_api_names_the_setting(host: str, key: str) -> None:
    for method, path in (
        ("GET", "/api/v1/videos/"),
        ("POST", "/api/v1/videos/"),
        ("GET", "/api/x"),
    ):
        answer = await ask(method, path, key=key, headers={"Host": host})
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (400, "host_not_allowed")
        assert answer.headers["content-type"] == "application/problem+json"
        assert "ALLOWED_HOSTS" in problem["detail"]
        assert host in problem["detail"]


async def test_a_page_says_so_in_words() -> None:
    answer = await ask("GET", "/accounts/login/", headers={"Host": "10.0.2.2:8851"})
    assert answer.status_code == 400
    assert "ALLOWED_HOSTS" in answer.text
    assert "10.0.2.2" in answer.text


async def test_what_is_said_of_a_host_is_no_markup() -> None:
    answer = await ask("GET", "/accounts/login/", headers={"Host": "<b>x"})
    assert answer.status_code == 400
    assert "<b>" not in answer.text


async def test_nothing_is_read_of_an_upload_for_another_host() -> None:
    from config.asgi import application

    sent = []

    async def receive() -> object:
        raise AssertionError("it was read")

    async def send(event: dict[str, object]) -> None:
        sent.append(event)

    scope = scope_of("/api/v1/videos/", method="POST", headers={"host": "elsewhere.example"})
    await application(scope, receive, send)  # type: ignore[arg-type]  # plain mappings
    assert sent[0]["status"] == 400
