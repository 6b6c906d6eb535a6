"""A feed listens as far as the scopes, the addresses and the end of its key let it."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import sync_to_async as in_thread
from django.utils import timezone

from accounts import api_keys
from accounts.api_keys import Terms
from accounts.models import ApiKey, User
from videos.events import log
from videos.feed import closes, review
from videos.models import Video
from videos.tests import feed_clients

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@in_thread
def key_of(user: User, *scopes: str, **terms: Any) -> str:
    return api_keys.issue(user, name="feed", terms=Terms(scopes=[*scopes], **terms))[1]


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"scopes": ["write", "upload"]}, "insufficient_scope"),
        ({"scopes": ["read"], "addresses": ["192.0.2.0/24"]}, "address_not_allowed"),
    ],
)
async def test_a_key_that_may_not_listen_is_told_why(
    owner: User, terms: dict[str, Any], code: str
) -> None:
    key = await key_of(owner, *terms.pop("scopes"), **terms)
    async with feed_clients.socket(key) as socket:
        assert await socket.hear() == {"type": "close", "code": closes.KEY_NOT_ALLOWED}
    async with feed_clients.stream(key) as stream:
        assert stream.status == 403
        assert (await stream.problem())["code"] == code
        assert ("www-authenticate" in stream.headers) is (code == "insufficient_scope")


async def test_a_key_from_its_address_listens(owner: User) -> None:
    key = await key_of(owner, "read", addresses=["127.0.0.1"])
    async with feed_clients.socket(key) as socket:
        assert (await socket.hear())["type"] == "hello"


@pytest.mark.parametrize(("scope", "hears"), [("read", False), ("moderate", True), ("admin", True)])
async def test_staff_follow_everything_with_a_scope(
    moderator: User, owner: User, scope: str, hears: bool
) -> None:
    key = await key_of(moderator, "read", scope)
    video = await in_thread(Video.objects.create)(owner=owner)
    async with feed_clients.socket(key, "all=true") as socket:
        await socket.hear()
        await in_thread(log.write)("video.updated", video, changed=["title"])
        heard = []
        while not await socket.is_silent():
            heard.append((await socket.hear()).get("video"))
        assert (str(video.pk) in heard) is hears


async def test_a_key_that_expires_is_closed(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "CHECK_SECONDS", 0.2)
    async with feed_clients.socket(await key_of(owner, "read")) as socket:
        await socket.hear()
        await in_thread(ApiKey.objects.update)(expires_at=timezone.now())
        assert await socket.hear() == {"type": "close", "code": closes.NOT_AUTHENTICATED}
