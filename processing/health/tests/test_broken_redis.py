"""Each way in which Redis can be wrong is told in its own sentence, by real servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis as client_of
from django.test.utils import override_settings

from processing.health import redis
from processing.health.catalogue import redis as kinds
from processing.health.finding import CheckResult, Kind
from tests.servers.certificates import Certificates, made_in
from tests.servers.process import free_port
from tests.servers.redis import Redis, running_redis
from tests.servers.stubs import port_that_says, silent_port

SECRET = "hunter2-the-secret"
OTHERS = "/0?ssl_ca_certs="


def found_at(url: str) -> list[CheckResult]:
    with override_settings(REDIS_URL=url):
        return redis.redis()


def is_told(url: str, kind: Kind, **values: object) -> None:
    """Exactly this is found at an address, in the sentence of the catalogue, without a secret."""
    [finding] = found_at(url)
    assert finding == kind.at("Redis", **values)
    assert SECRET not in finding.detail + finding.hint


@pytest.fixture(scope="module")
def locked() -> Iterator[Redis]:
    """One with a password, and a user who may do little."""
    with running_redis("--requirepass", SECRET) as server:
        with client_of.Redis(port=server.port, password=SECRET) as client:
            client.execute_command(
                "ACL", "SETUSER", "reader", "on", f">{SECRET}", "~*", "+@read", "+info"
            )
        yield server


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return made_in(tmp_path_factory.mktemp("authority"), ["localhost"])


@contextmanager
def running_with_tls(of: Certificates, *options: str) -> Iterator[int]:
    port = free_port()
    tls = ["--tls-port", str(port), "--tls-cert-file", str(of.certificate)]
    tls += ["--tls-key-file", str(of.key), "--tls-ca-cert-file", str(of.authority)]
    with running_redis(*tls, *options):
        yield port


@pytest.fixture(scope="module")
def tls_port(certificates: Certificates) -> Iterator[int]:
    with running_with_tls(certificates, "--tls-auth-clients", "no") as port:
        yield port


def test_one_that_is_well_is_told_so(redis_server: Redis) -> None:
    [finding] = found_at(redis_server.url)
    assert finding.ok
    with client_of.Redis.from_url(redis_server.url) as client:
        assert not client.keys("vodloom:doctor:*")


def test_a_name_that_nobody_knows() -> None:
    is_told("redis://nowhere.invalid:6379/0", kinds.UNKNOWN_HOST, host="nowhere.invalid")


def test_nothing_listens() -> None:
    port = free_port()
    is_told(f"redis://127.0.0.1:{port}/0", kinds.REFUSED, where=f"127.0.0.1, port {port}")


def test_nothing_answers() -> None:
    with silent_port() as port:
        is_told(f"redis://127.0.0.1:{port}/0", kinds.SILENT, where=f"127.0.0.1, port {port}")


def test_a_wrong_password(locked: Redis) -> None:
    is_told(f"redis://:wrong@127.0.0.1:{locked.port}/0", kinds.WRONG_PASSWORD)


def test_a_wrong_user(locked: Redis) -> None:
    is_told(f"redis://nobody:{SECRET}@127.0.0.1:{locked.port}/0", kinds.WRONG_PASSWORD)


def test_no_password(locked: Redis) -> None:
    is_told(f"redis://127.0.0.1:{locked.port}/0", kinds.NO_PASSWORD)


def test_a_user_who_may_not_write(locked: Redis) -> None:
    url = f"redis://reader:{SECRET}@127.0.0.1:{locked.port}/0"
    is_told(url, kinds.NOT_ALLOWED, command="SET")


def test_a_database_that_is_not_there(redis_server: Redis) -> None:
    is_told(f"redis://127.0.0.1:{redis_server.port}/99", kinds.NO_SUCH_DATABASE, number="99")


def test_tls_is_wanted(tls_port: int) -> None:
    where = f"localhost, port {tls_port}"
    is_told(f"redis://localhost:{tls_port}/0", kinds.WANTS_TLS, where=where)


def test_tls_is_not_there(redis_server: Redis) -> None:
    where = f"localhost, port {redis_server.port}"
    is_told(f"rediss://localhost:{redis_server.port}/0", kinds.NO_TLS, where=where)


def test_an_authority_nobody_knows(tls_port: int) -> None:
    is_told(f"rediss://localhost:{tls_port}/0", kinds.UNKNOWN_CA)


def test_a_certificate_for_another_name(tls_port: int, certificates: Certificates) -> None:
    url = f"rediss://127.0.0.1:{tls_port}{OTHERS}{certificates.authority}&ssl_check_hostname=true"
    is_told(url, kinds.WRONG_NAME, host="127.0.0.1")


def test_tls_with_its_authority_is_well(tls_port: int, certificates: Certificates) -> None:
    [finding] = found_at(f"rediss://localhost:{tls_port}{OTHERS}{certificates.authority}")
    assert finding.ok


def test_a_certificate_of_clients_is_wanted(certificates: Certificates) -> None:
    with running_with_tls(certificates, "--tls-auth-clients", "yes") as port:
        is_told(
            f"rediss://localhost:{port}{OTHERS}{certificates.authority}", kinds.WANTS_CERTIFICATE
        )


def test_a_replica(redis_server: Redis) -> None:
    with running_redis("--replicaof", "127.0.0.1", str(redis_server.port)) as replica:
        is_told(replica.url, kinds.READ_ONLY)


@contextmanager
def configured(**values: str) -> Iterator[Redis]:
    with running_redis() as server, client_of.Redis.from_url(server.url) as client:
        for name, value in values.items():
            client.config_set(name.replace("_", "-"), value)
        yield server


def test_no_memory_left() -> None:
    with configured(maxmemory="1") as server:
        is_told(server.url, kinds.FULL)


def test_one_that_throws_keys_away() -> None:
    with configured(maxmemory="100mb", maxmemory_policy="allkeys-lru") as server:
        is_told(server.url, kinds.EVICTS, policy="allkeys-lru")


def test_one_that_throws_away_what_has_an_end_of_its_own_is_well() -> None:
    with configured(maxmemory="100mb", maxmemory_policy="volatile-lru") as server:
        told = found_at(server.url)
    assert all(finding.ok for finding in told)


def test_as_many_clients_as_it_may_have() -> None:
    with configured(maxclients="1") as server, ExitStack() as held:
        client: Any = held.enter_context(client_of.Redis.from_url(server.url))
        try:
            client.ping()
        except client_of.RedisError:
            pass  # that of the configuration is still there
        is_told(server.url, kinds.TOO_MANY_CLIENTS)


def test_something_else_answers() -> None:
    with port_that_says(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        where = f"127.0.0.1, port {port}"
        is_told(f"redis://127.0.0.1:{port}/0", kinds.NO_REDIS, where=where)


def test_a_socket_that_is_not_there(tmp_path: Path) -> None:
    where = f"{tmp_path}/no.sock"
    is_told(f"unix://{where}", kinds.REFUSED, where=where)
