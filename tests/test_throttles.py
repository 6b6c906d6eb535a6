"""Too many requests are told to wait, by user and by address, and nobody is while Redis is away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import httpx2 as httpx
import pytest
from django.conf import LazySettings
from django.core.cache import cache, caches
from django.test import Client
from redis.exceptions import ConnectionError as RedisAway
from rest_framework.test import APIClient

from accounts import api_keys, throttling
from accounts.models import User
from config import cache as forgiving
from config import serve
from config.env.rates import Rate, Rates
from tests.whole import ask

URL = "/api/v1/videos/"
TWO = Rate(2, 3600)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def key(owner: User) -> str:
    return api_keys.issue(owner, name="test")[1]


@pytest.fixture(autouse=True)
def _none_counted(settings: LazySettings) -> None:
    cache.clear()
    settings.RATES = Rates(
        api=None,
        anonymous=None,
        wrong_keys=None,
        login=None,
        signup=None,
        reset=None,
        pictures=None,
    )


@pytest.fixture
def bound(settings: LazySettings) -> Callable[..., None]:
    def bound(**rates: Rate) -> None:
        settings.RATES = replace(settings.RATES, **rates)

    return bound


def codes(answers: list[Any]) -> list[int]:
    return [answer.status_code for answer in answers]


def test_a_user_is_bounded_with_all_keys_together(
    owner: User, stranger: User, as_user: Callable[[User], APIClient], bound: Callable[..., None]
) -> None:
    bound(api=TWO)
    one, another = as_user(owner), as_user(owner)
    answers = [one.get(URL), another.get(URL), one.get("/api/v1/jobs/"), another.get(URL)]
    assert codes(answers) == [200, 200, 429, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0", "0"]
    assert {answer["RateLimit-Limit"] for answer in answers} == {"2"}
    refused = answers[2]
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "throttled"
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert refused["Retry-After"] == refused["RateLimit-Reset"]
    assert as_user(stranger).get(URL).status_code == 200


def test_who_has_no_key_is_bounded_by_address(db: None, bound: Callable[..., None]) -> None:
    bound(anonymous=TWO)
    near, far = APIClient(REMOTE_ADDR="198.51.100.7"), APIClient(REMOTE_ADDR="198.51.100.8")
    assert codes([near.get(URL) for _ in range(3)]) == [401, 401, 429]
    assert codes([far.get("/api/v1/schema/") for _ in range(3)]) == [200, 200, 429]


def test_no_header_makes_another_client_of_one(db: None, bound: Callable[..., None]) -> None:
    bound(anonymous=TWO, wrong_keys=TWO)
    client = APIClient(REMOTE_ADDR="198.51.100.7")
    for number in range(2):
        client.get(URL, headers={"X-Forwarded-For": f"203.0.113.{number}"})
    assert client.get(URL, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 429


def test_wrong_keys_are_bounded_and_right_ones_go_on(
    api: APIClient, bound: Callable[..., None]
) -> None:
    bound(wrong_keys=TWO)
    guesses = []
    for number in range(4):
        wrong = APIClient()
        wrong.credentials(HTTP_AUTHORIZATION=f"Bearer vl_{number}")
        guesses.append(wrong.get(URL))
    assert codes(guesses) == [401, 401, 429, 429]
    assert int(guesses[2]["Retry-After"]) > 0
    assert api.get(URL).status_code == 200


@pytest.mark.anyio
@pytest.mark.django_db(transaction=True)
async def test_uploads_are_bounded_before_their_body_comes(
    key: str, bound: Callable[..., None]
) -> None:
    bound(api=TWO, wrong_keys=TWO, anonymous=TWO)
    for about, expected in (
        ({"key": "vl_wrong"}, [401, 401, 429]),
        ({}, [401, 401, 429]),
        ({"key": key, "files": {"x": b""}}, [400, 400, 429]),
    ):
        answers = [await ask("POST", URL, **about) for _ in range(3)]
        assert codes(answers) == expected
        assert answers[2].json()["code"] == "throttled"
        assert int(answers[2].headers["retry-after"]) > 0
    assert answers[2].headers["connection"] == "close"


@pytest.mark.anyio
@pytest.mark.django_db(transaction=True)
async def test_clients_behind_a_proxy_are_told_apart_if_it_is_believed(
    bound: Callable[..., None],
) -> None:
    bound(anonymous=TWO)
    served = serve.config(host="127.0.0.1", port=0)
    served.load()

    async def ask_thrice(proxy: str, clients: str) -> list[int]:
        transport = httpx.ASGITransport(app=cast("Any", served.loaded_app), client=(proxy, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            head = {"X-Forwarded-For": clients}
            return [(await client.get(URL, headers=head)).status_code for _ in range(3)]

    assert await ask_thrice("127.0.0.1", "198.51.100.1") == [401, 401, 429]
    assert await ask_thrice("127.0.0.1", "198.51.100.2") == [401, 401, 429]
    assert await ask_thrice("127.0.0.1", "203.0.113.9, 198.51.100.2") == [429, 429, 429]
    assert await ask_thrice("192.0.2.1", "198.51.100.3") == [401, 401, 429]
    assert await ask_thrice("192.0.2.1", "198.51.100.4") == [429, 429, 429]


def test_nobody_waits_while_redis_is_away(
    api: APIClient, bound: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    bound(api=TWO, wrong_keys=TWO)
    asked: list[int] = []

    class Away:
        def __getattr__(self, name: str) -> Any:
            def fails(*_: Any, **__: Any) -> None:
                asked.append(1)
                raise RedisAway

            return fails

    monkeypatch.setattr(forgiving.ForgivingRedisCache, "_cache", property(lambda _: Away()))
    monkeypatch.setattr(forgiving, "_away", type("_Away", (), {"until": 0.0})())
    monkeypatch.setattr(forgiving, "AWAY_SECONDS", 600)
    assert codes([api.get(URL) for _ in range(10)]) == [200] * 10
    assert len(asked) == 1


def test_requests_share_their_connections_to_redis(api: APIClient) -> None:
    first, another = (cast("Any", caches.create_connection("default")) for _ in range(2))
    assert first._cache is another._cache


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
        ("testclient", "testclient"),
        (None, ""),
    ],
)
def test_a_network_of_ipv6_is_one_client(address: str | None, counted: str) -> None:
    assert throttling.network_of(address) == counted


def test_a_period_ends(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RATES = replace(settings.RATES, api=Rate(1, 60))
    now = 1_000_000.0
    monkeypatch.setattr("time.time", lambda: now)
    used = [throttling.of_user("u") for _ in range(2)]
    assert [usage.is_over for usage in used if usage] == [False, True]
    now += used[1].seconds if used[1] else 0
    again = throttling.of_user("u")
    assert again is not None
    assert not again.is_over


@pytest.mark.parametrize(
    ("action", "path", "form", "answered"),
    [
        ("login", "/accounts/login/", {"login": "a@example.com", "password": "x"}, 200),
        ("signup", "/accounts/signup/", {"email": "not an address"}, 200),
        ("reset_password", "/accounts/password/reset/", {"email": "a@example.com"}, 302),
    ],
)
def test_the_doors_tell_to_wait(
    db: None, settings: LazySettings, action: str, path: str, form: dict[str, str], answered: int
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {action: "2/3600s/ip"}
    client = Client(REMOTE_ADDR="198.51.100.7")
    answers = [client.post(path, form) for _ in range(3)]
    assert codes(answers) == [answered, answered, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert "Too many attempts" in answers[2].content.decode()
    assert Client(REMOTE_ADDR="198.51.100.8").post(path, form).status_code == answered
    assert client.get(path).status_code == 200


def test_the_settings_are_the_doors(settings: LazySettings) -> None:
    assert settings.ACCOUNT_RATE_LIMITS["login"] == "30/60s/ip"
    assert settings.ACCOUNT_RATE_LIMITS["reset_password"] == "20/60s/ip,5/m/key"
