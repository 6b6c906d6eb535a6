"""A user of the product: on the pages, through the API, and on the socket."""

from __future__ import annotations

import base64
import hmac
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import Browser, Page, expect

from tests.servers.app import Vodloom
from tests.servers.process import wait_until

PASSWORD = "correct horse battery"
OVER = ("ready", "failed", "canceled")


@dataclass
class Person:
    """A user with a password and, once asked for, an API key; ``totp`` is the secret of an
    authenticator app, if the log-in asks for its codes."""

    site: Vodloom
    email: str
    password: str
    totp: str = field(default="", repr=False)
    _key: str = field(default="", repr=False)

    @property
    def key(self) -> str:
        """An API key of the user, created at the first use."""
        if not self._key:
            made = self.site.manage("create_api_key", self.email, "--name", "test")
            self._key = made.strip()
        return self._key

    def log_in(self, page: Page) -> None:
        """Log in on the page; return when the library is shown and its scripts run."""
        page.goto("/")
        page.get_by_label("Email address").fill(self.email)
        page.get_by_label("Password", exact=True).fill(self.password)
        page.get_by_role("button", name="Log in").click()
        if self.totp:
            page.get_by_label("Code").fill(code_of(self.totp))
            page.get_by_role("button", name="Log in", exact=True).click()
        expect(page.get_by_role("heading", name="Library", exact=True)).to_be_visible()
        page.wait_for_load_state()

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """Send a request to the API and return the answer."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return requests.request(method, self.site.url + path, headers=headers, timeout=120, **more)

    def upload(self, path: Path) -> str:
        """Upload a file through the API and return the video's id."""
        with path.open("rb") as file:
            answer = self.ask("POST", "/api/v1/videos/", files={"file": file})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def wait_until_over(self, video: str) -> dict[str, Any]:
        """Wait until the video is ready, failed or canceled, and return it."""
        address = f"/api/v1/videos/{video}/"
        wait_until(lambda: self.ask("GET", address).json()["status"] in OVER, "it is over", 90)
        return dict(self.ask("GET", address).json())


def code_of(secret: str) -> str:
    """Return what an authenticator app with this secret shows now (RFC 6238)."""
    counter = int(time.time() // 30).to_bytes(8)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def sign_up(site: Vodloom, chromium: Browser, email: str) -> Person:
    """Create an account on the sign-up page."""
    context = chromium.new_context(base_url=site.url)
    page = context.new_page()
    page.goto("/accounts/signup/")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Look at your email")).to_be_visible()
    context.close()
    site.manage("confirm_email", email)
    return Person(site, email, PASSWORD)
