"""The whole way of an app through a running server: log in, call, upload, listen, refresh, log out
everywhere."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.log_ins import PASSWORD
from tests.servers.app import Vodloom
from videos.api.tus.places import PREFIX as TUS
from videos.feed.closes import NOT_AUTHENTICATED

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

_NEW_USER = f"""
from accounts.models import User
User.objects.create_user("app@example.com", {PASSWORD!r})
"""


class App:
    """An app in which somebody logs in; it has no cookies."""

    def __init__(self, site: Vodloom, email: str, password: str) -> None:
        self.site = site
        answer = self.ask("POST", "auth/login", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        self.tokens: dict[str, str] = answer.json()["meta"]

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        return requests.request(method, f"{self.site.url}/api/v1/{path}", timeout=30, **more)

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    @property
    def session(self) -> dict[str, str]:
        return {"X-Session-Token": self.tokens["session_token"]}

    def begin_an_upload(self, headers: dict[str, str]) -> int:
        name = base64.b64encode(b"film.mp4").decode()
        about = {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": "5",
            "Upload-Metadata": f"filename {name}",
        }
        answer = requests.post(self.site.url + TUS, headers={**headers, **about}, timeout=30)
        return answer.status_code


@pytest.fixture(scope="module")
def log_in(vodloom: Vodloom) -> Callable[[], App]:
    """A function that logs a user in by an app, with the address in capitals."""
    vodloom.manage("shell", "--command", _NEW_USER)
    return lambda: App(vodloom, "APP@example.com", PASSWORD)


def test_an_app_goes_all_the_way(vodloom: Vodloom, log_in: Callable[[], App]) -> None:
    app = log_in()
    for headers in (app.bearer, app.session):
        assert app.ask("GET", "videos", headers=headers).status_code == 200
        assert app.begin_an_upload(headers) == 201

    pair = app.ask("POST", "tokens/refresh/", json={"refresh_token": app.tokens["refresh_token"]})
    app.tokens |= pair.json()["data"]
    with connect(
        vodloom.url.replace("http", "ws", 1) + "/ws/feed/", additional_headers=app.bearer
    ) as feed:
        assert json.loads(feed.recv(timeout=20))["type"] == "hello"

        assert app.ask("DELETE", "auth/sessions/all/", headers=app.session).status_code == 401

        with pytest.raises(ConnectionClosed) as closed:
            while True:
                feed.recv(timeout=20)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == NOT_AUTHENTICATED
    for headers in (app.bearer, app.session):
        assert app.ask("GET", "videos", headers=headers).json()["code"] == "bad_app_token"
        assert app.begin_an_upload(headers) == 401
    again = app.ask("POST", "tokens/refresh/", json={"refresh_token": app.tokens["refresh_token"]})
    assert again.status_code == 400


def test_of_many_who_refresh_with_one_token_one_gets_a_pair(log_in: Callable[[], App]) -> None:
    app = log_in()
    body = {"refresh_token": app.tokens["refresh_token"]}
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(app.ask, "POST", "tokens/refresh/", json=body) for _ in range(8)]
    codes = sorted(one.result().status_code for one in asked)
    assert codes == [200] + [400] * 7


def test_an_app_that_sends_too_much_is_told_before_it_is_read(vodloom: Vodloom) -> None:
    body = b'{"email": "' + b"a" * 5_000_000 + b'"}'
    answer = requests.post(f"{vodloom.url}/api/v1/auth/login/", data=body, timeout=30)
    assert answer.status_code == 413
