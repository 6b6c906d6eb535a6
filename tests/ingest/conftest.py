"""The product with its doors open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.bad_server import serving
from tests.ingest.site import Site
from tests.servers.app import migrated_database, running_vodloom
from tests.servers.plugin import SERVERS
from tests.servers.redis import running_redis
from tests.servers.s3 import S3

StartSite = Callable[[S3 | None], Site]


@pytest.fixture(scope="module")
def start_site(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartSite]:
    """Starts a product that stores on disk or in a bucket, for a module."""
    with ExitStack() as stack:

        def start(s3: S3 | None) -> Site:
            extra = {
                **(s3.environment if s3 else {}),
                "DJANGO_SETTINGS_MODULE": "tests.ingest.settings",
                "VODLOOM_FETCH_PRIVATE": "127.0.0.0/8",
            }
            vodloom = stack.enter_context(
                running_vodloom(
                    tmp_path_factory.mktemp("site"),
                    redis=stack.enter_context(running_redis()),
                    database_url=migrated_database(pytestconfig.stash[SERVERS].postgres),
                    extra=extra,
                )
            )
            vodloom.manage("create_demo_user")
            key = vodloom.manage("create_api_key", "demo@example.com", "--name", "site").strip()
            return Site(vodloom, key, stack.enter_context(serving()))

        yield start
