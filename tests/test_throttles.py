"""Too many requests are told to wait, by user, key and address, and also while Redis is away."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, cast

import httpx2 as httpx
import pytest
from allauth.account.models import EmailAddress
from django.conf import LazySettings
from django.core.cache import cache, caches
from django.core.mail import EmailMessage
from django.test import Client, RequestFactory
from redis.exceptions import ConnectionError as RedisAway
from rest_framework.test import APIClient

from accounts import api_keys, known_devices, plans, throttling, windows
from accounts.models import Plan, User
from config import cache as forgiving
from config import serve
from config.env.rates import Rate, Rates, rates
from config.env.reader import Reader
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
    windows.LOCAL._known.clear()
    settings.RATES = Rates()


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
    left = [re.fullmatch(r'"user";r=(\d);t=(\d+)', one["RateLimit"]) for one in answers]
    assert [one and one[1] for one in left] == ["1", "0", "0", "0"]
    assert {answer["RateLimit-Policy"] for answer in answers} == {'"user";q=2;w=3600'}
    refused = answers[2]
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "throttled"
    assert 0 < int(refused["Retry-After"]) <= 3960
    assert left[2] is not None
    assert refused["Retry-After"] == left[2][2]
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


@pytest.fixture
def redis_away(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Redis answers nothing; a one for each time it was asked."""
    asked: list[int] = []

    class Away:
        def __getattr__(self, name: str) -> Any:
            def fails(*_: Any, **__: Any) -> None:
                asked.append(1)
                raise RedisAway

            return fails

    forgiving._beside().clear()
    monkeypatch.setattr(forgiving.ForgivingRedisCache, "_cache", property(lambda _: Away()))
    monkeypatch.setattr(forgiving, "_away", type("_Away", (), {"until": 0.0})())
    monkeypatch.setattr(forgiving, "AWAY_SECONDS", 600)
    return asked


def test_each_process_counts_while_redis_is_away(
    api: APIClient, bound: Callable[..., None], redis_away: list[int]
) -> None:
    bound(api=TWO, wrong_keys=TWO)
    assert codes([api.get(URL) for _ in range(4)]) == [200, 200, 429, 429]
    assert len(redis_away) == 1


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
        ("fe80::1%eth0", "fe80::"),
        ("testclient", "testclient"),
        (None, ""),
    ],
)
def test_a_network_of_ipv6_is_one_client(address: str | None, counted: str) -> None:
    assert throttling.network_of(address) == counted


def test_a_place_becomes_free(
    owner: User, bound: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    bound(api=Rate(1, 60))
    now = 1_000_000.0
    monkeypatch.setattr("time.time", lambda: now)
    used = [throttling.of_user(owner) for _ in range(2)]
    assert [usage.is_over for usage in used if usage] == [False, True]
    now += used[1].seconds if used[1] else 0
    again = throttling.of_user(owner)
    assert again is not None
    assert not again.is_over


def test_each_key_has_a_share(
    owner: User, as_user: Callable[[User], APIClient], bound: Callable[..., None]
) -> None:
    bound(api=Rate(9, 3600), key=TWO)
    one, another = as_user(owner), as_user(owner)
    answers = [one.get(URL), one.get(URL), one.get(URL), another.get(URL)]
    assert codes(answers) == [200, 200, 429, 200]
    assert answers[3]["RateLimit-Policy"] == '"user";q=9;w=3600, "key";q=2;w=3600'
    # What one key was refused does not count against the others.
    assert answers[3]["RateLimit"].startswith('"user";r=6;')


def test_a_plan_names_its_own_rate(
    owner: User, as_user: Callable[[User], APIClient], bound: Callable[..., None]
) -> None:
    bound(api=TWO)
    Plan.objects.filter(name=owner.plan).update(api_rate=3)
    plans.forget()
    try:
        answer = as_user(owner).get(URL)
        assert answer["RateLimit-Policy"] == '"user";q=3;w=60'
    finally:
        plans.forget()


def test_uploads_and_imports_are_bounded_by_themselves(
    owner: User, as_user: Callable[[User], APIClient], bound: Callable[..., None]
) -> None:
    bound(uploads=TWO, imports=TWO)
    client = as_user(owner)
    for url in ("/api/v1/uploads/", "/api/v1/videos/import/"):
        assert codes([client.post(url, {"x": 1}, format="json") for _ in range(3)]) == [
            400,
            400,
            429,
        ]
    assert client.get(URL).status_code == 200
    items = [{"url": "http://192.0.2.1/a.mp4"}] * 2
    batch = client.post("/api/v1/videos/import/batch/", {"items": items}, format="json")
    assert (batch.status_code, batch.json()["code"]) == (429, "throttled")
    assert int(batch["Retry-After"]) > 0


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


GUESS = {"login": "owner@example.com", "password": "a guess"}
RIGHT = {**GUESS, "password": "a long password"}
LOGIN = "/accounts/login/"


def _guesses(clients: Iterable[Client]) -> Counter[int]:
    return Counter(client.post(LOGIN, GUESS).status_code for client in clients)


@pytest.fixture
def doors(settings: LazySettings, bound: Callable[..., None], owner: User) -> Client:
    """The owner's browser, at a site with its usual limits at the door."""
    settings.ACCOUNT_RATE_LIMITS = {"login": "30/60s/ip"}
    bound(account=Rate(20, 3600))
    EmailAddress.objects.create(user=owner, email=owner.email, primary=True, verified=True)
    return Client(REMOTE_ADDR="203.0.113.7")


MANY = [60, pytest.param(1000, marks=pytest.mark.thorough)]


@pytest.mark.parametrize("guesses", MANY)
def test_guesses_from_one_address_stop(doors: Client, guesses: int) -> None:
    guesser = Client(REMOTE_ADDR="198.51.100.7")
    assert _guesses([guesser] * guesses)[200] <= 10
    answer = guesser.post(LOGIN, RIGHT)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "/accounts/password/reset/" in answer.content.decode()
    assert doors.post(LOGIN, RIGHT).status_code == 302


@pytest.mark.parametrize("guesses", MANY)
def test_guesses_from_many_addresses_stop_and_the_owner_gets_in(
    doors: Client, mailoutbox: list[EmailMessage], guesses: int
) -> None:
    known = doors
    assert known.post(LOGIN, RIGHT).status_code == 302
    known.post("/accounts/logout/")
    guessers = (Client(REMOTE_ADDR=f"2001:db8:{n:x}::1") for n in range(guesses))
    assert _guesses(guessers) == {200: 20, 429: guesses - 20}
    assert known.post(LOGIN, RIGHT).status_code == 302
    elsewhere = Client(REMOTE_ADDR="203.0.113.8")
    assert elsewhere.post(LOGIN, RIGHT).status_code == 429
    elsewhere.post("/accounts/password/reset/", {"email": "owner@example.com"})
    link = re.search(r"/accounts/password/reset/key/\S+", str(mailoutbox[-1].body))
    assert link
    form = {"password1": "another long one", "password2": "another long one"}
    there = elsewhere.get(link[0])["Location"]
    assert elsewhere.post(there, form).status_code == 302
    assert elsewhere.get("/account/").status_code == 200
    # The reset has let everybody begin anew.
    again = Client(REMOTE_ADDR="203.0.113.9")
    assert again.post(LOGIN, {**RIGHT, "password": "another long one"}).status_code == 302


def test_guesses_stop_while_redis_is_away(doors: Client, redis_away: list[int]) -> None:
    assert _guesses([Client(REMOTE_ADDR="198.51.100.7")] * 30)[200] <= 10
    many = [Client(REMOTE_ADDR=f"192.0.2.{n}") for n in range(30)]
    assert _guesses(many)[200] <= 10  # of the twenty of the account
    assert doors.post(LOGIN, {"login": "else@example.com", "password": "x"}).status_code == 200


def test_a_cookie_of_another_account_is_worth_nothing(doors: Client, stranger: User) -> None:
    EmailAddress.objects.create(user=stranger, email=stranger.email, primary=True, verified=True)
    guesser = Client(REMOTE_ADDR="198.51.100.7")
    answer = guesser.post(LOGIN, {**RIGHT, "login": stranger.email})
    cookie = answer.cookies[known_devices.COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert owner_key(guesser.cookies[known_devices.COOKIE].value) is None
    assert owner_key("forged") is None


def owner_key(value: str) -> str | None:
    request = RequestFactory().get("/")
    request.COOKIES[known_devices.COOKIE] = value
    return known_devices.known(request, "owner@example.com")


def test_one_switch_turns_all_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VODLOOM_RATE_LIMITS", "off")
    assert rates(Reader(os.environ, {})) == Rates()
    assert not Rates().are_on


def test_the_settings_are_the_doors(settings: LazySettings) -> None:
    assert settings.ACCOUNT_RATE_LIMITS["login"] == "30/60s/ip"
    assert settings.ACCOUNT_RATE_LIMITS["reset_password"] == "20/60s/ip,5/m/key"
