"""What tus and the addresses of delegated uploads answer to each role, by ``table.txt``."""

from __future__ import annotations

from datetime import timedelta

import pytest
from channels.db import database_sync_to_async as in_database
from django.test import Client

from accounts.models import User
from tests.routes.listing import Route, protocol_routes
from tests.routes.test_table import ROLES, table, visitor
from tests.whole import ask
from videos.ingest import delegated, uploads
from videos.ingest.settings import VideoSettings
from videos.ingest.uploads import Limits
from videos.models import Upload

pytestmark = [pytest.mark.slow, pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

FILE = b"bytes"
BYTES = "application/offset+octet-stream"
_HEADERS = {
    "POST": {"Upload-Length": str(len(FILE))},
    "PATCH": {"Upload-Offset": "0", "Content-Type": BYTES},
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def _may_upload(owner: User, may: bool) -> None:
    User.objects.filter(pk=owner.pk).update(can_upload=may)


@pytest.mark.parametrize("role", ROLES)
async def test_each_answers_as_expected(role: str, owner: User) -> None:
    column, expected = ROLES.index(role), table()
    cookies = await in_database(_cookies)(await in_database(visitor)(role, owner))
    got = {}
    for route in protocol_routes():
        await in_database(_may_upload)(owner, True)
        path = await in_database(_path)(route, owner)
        await in_database(_may_upload)(owner, role != "no_upload")
        got[str(route)] = await _status(route.method, path, cookies)
    assert got == {name: expected[name][column] for name in got}


def _cookies(user: User | None) -> str:
    """Those of a page of this site."""
    client = Client()
    if user is None:
        return ""
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}; csrftoken={'x' * 32}"


def _path(route: Route, owner: User) -> str:
    """An address, with an upload of the owner's of which no byte has arrived."""
    if "<" not in route.path:
        return f"/{route.path}"
    if "<address>" in route.path:
        upload = delegated.create(
            owner, VideoSettings(), limits=Limits(), expires_in=timedelta(hours=1)
        )
        return delegated.path_of(upload.pk)
    upload = uploads.create(
        owner,
        VideoSettings(),
        protocol=Upload.Protocol.TUS,
        filename="a.mp4",
        size=len(FILE),
        expires_in=timedelta(hours=1),
    )
    return route.filled({"id": str(upload.pk)})


async def _status(method: str, path: str, cookies: str) -> int:
    headers = {"Tus-Resumable": "1.0.0", "Cookie": cookies} | _HEADERS.get(method, {})
    if method == "PUT":
        del headers["Tus-Resumable"]
    body = FILE if method in ("PUT", "PATCH") else b""
    return (await ask(method, path, headers=headers, content=body)).status_code
