"""The product as on a larger site: two of each process, with all servers around them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import app, nginx, pgbouncer, seaweedfs
from tests.servers.app import Vodloom
from tests.servers.certificates import Certificates, made_in
from tests.servers.nginx import Nginx, running_nginx
from tests.servers.pgbouncer import PgBouncer, running_pgbouncer
from tests.servers.postgres import Postgres, running_postgres
from tests.servers.process import free_port
from tests.servers.redis import Redis, running_redis
from tests.servers.seaweedfs import SeaweedFS, running_seaweedfs

WEB = ("web-1", "web-2")
BACKGROUND = (
    *("reconciler-1", "reconciler-2"),
    *("light-1", "light-2", "encode-1", "encode-2"),
)


@dataclass
class Site:
    """All processes and servers of the site."""

    vodloom: Vodloom
    proxy: Nginx
    pooler: PgBouncer
    postgres: Postgres
    redis: Redis
    bucket: SeaweedFS
    web: Mapping[str, str]
    """The addresses of the web processes, by their names."""


def missing() -> list[str]:
    """Return the names of the servers that are not installed."""
    parts = {"nginx": nginx, "pgbouncer": pgbouncer, "seaweedfs": seaweedfs}
    return [name for name, part in parts.items() if not part.installed()]


@contextmanager
def running_site(data: Path) -> Iterator[Site]:
    """Run PostgreSQL with 60 connections behind PgBouncer, Redis with TLS and a password,
    SeaweedFS, nginx with TLS, and the product; stop all at the end."""
    with ExitStack() as servers:
        postgres = servers.enter_context(
            running_postgres(durable=True, extra=["max_connections=60"])
        )
        pooler = servers.enter_context(
            running_pgbouncer(postgres.port, connections=40, wait_seconds=30)
        )
        certificates = made_in(data)
        redis, redis_url = servers.enter_context(_redis(certificates))
        bucket = servers.enter_context(running_seaweedfs())
        more = {
            "USE_HTTPS": "true",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "VODLOOM_GRACE_SECONDS": "30",
            "LOG_FORMAT": "json",
            **bucket.environment,
        }
        database_url = pooler.url(postgres.create_database())
        vodloom = _vodloom(data, redis, redis_url, database_url, more)
        servers.callback(vodloom.stop_all)
        web = {name: vodloom.start_web(name=name) for name in WEB}
        for name in BACKGROUND:
            vodloom.add(name).start()
        ports = [int(url.rpartition(":")[2]) for url in web.values()]
        proxy = servers.enter_context(running_nginx(ports))
        yield Site(vodloom, proxy, pooler, postgres, redis, bucket, web)


@contextmanager
def _redis(certificates: Certificates) -> Iterator[tuple[Redis, str]]:
    password, port = secrets.token_hex(12), free_port()
    options = {
        "--requirepass": password,
        "--tls-port": str(port),
        "--tls-cert-file": str(certificates.certificate),
        "--tls-key-file": str(certificates.key),
        "--tls-ca-cert-file": str(certificates.authority),
        "--tls-auth-clients": "no",
    }
    with running_redis(*(word for option in options.items() for word in option)) as redis:
        authority = certificates.authority
        yield redis, f"rediss://:{password}@localhost:{port}/0?ssl_ca_certs={authority}"


def _vodloom(
    data: Path, redis: Redis, redis_url: str, database_url: str, more: Mapping[str, str]
) -> Vodloom:
    environment = app.environment_of(data, redis_url, database_url) | dict(more)
    vodloom = Vodloom(environment, data, redis)
    vodloom.manage("migrate", "--verbosity", "0")
    vodloom.manage("collectstatic", "--no-input", "--verbosity", "0")
    return vodloom
