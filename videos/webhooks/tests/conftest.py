"""A receiver of webhooks on this machine, which may be called here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from tests.bad_server import BadServer, serving
from tests.networks import LOOPBACK
from videos.webhooks.tests.receivers import says


@pytest.fixture(autouse=True)
def _private(settings: LazySettings) -> None:
    settings.WEBHOOK_PRIVATE = LOOPBACK


@pytest.fixture
def server() -> Iterator[BadServer]:
    """One that takes what comes to its root."""
    with serving() as server:
        server.at("/", says(204))
        yield server
