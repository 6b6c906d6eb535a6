"""Check Redis: whether it answers, accepts the commands we use, and keeps the data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import redis as client_of
from django.conf import settings

from processing.health import ports, trouble
from processing.health.catalogue import redis as kinds
from processing.health.finding import CheckResult, Kind, well
from processing.health.trouble import Trouble

NAME = "Redis"
_SECONDS = 3
# Workers wait for messages with BLMOVE.
_OLDEST = (6, 2)
_TROUBLES = {
    Trouble.UNKNOWN_HOST: kinds.UNKNOWN_HOST,
    Trouble.REFUSED: kinds.REFUSED,
    Trouble.UNREACHABLE: kinds.SILENT,
    Trouble.NO_TLS: kinds.NO_TLS,
    Trouble.UNKNOWN_CA: kinds.UNKNOWN_CA,
    Trouble.WRONG_NAME: kinds.WRONG_NAME,
    Trouble.EXPIRED: kinds.EXPIRED,
}
# Texts in Redis's error answers. They are not all codes, since the client cuts some codes off.
_SAID: tuple[tuple[str, Kind], ...] = (
    ("WRONGPASS", kinds.WRONG_PASSWORD),
    ("invalid username-password", kinds.WRONG_PASSWORD),
    ("invalid password", kinds.WRONG_PASSWORD),
    ("Authentication required", kinds.NO_PASSWORD),
    ("NOAUTH", kinds.NO_PASSWORD),
    ("HELLO must be called with the client already authenticated", kinds.NO_PASSWORD),
    ("DB index is out of range", kinds.NO_SUCH_DATABASE),
    ("invalid DB index", kinds.NO_SUCH_DATABASE),
    ("Invalid Database", kinds.NO_SUCH_DATABASE),
    ("max number of clients", kinds.TOO_MANY_CLIENTS),
    ("loading the dataset", kinds.LOADING),
    ("read only replica", kinds.READ_ONLY),
    ("READONLY", kinds.READ_ONLY),
    ("'maxmemory'", kinds.FULL),
    ("MISCONF", kinds.CANNOT_SAVE),
    ("stop-writes-on-bgsave-error", kinds.CANNOT_SAVE),
    ("CERTIFICATE_REQUIRED", kinds.WANTS_CERTIFICATE),
    ("alert certificate required", kinds.WANTS_CERTIFICATE),
    ("Protocol Error", kinds.NO_REDIS),
    ("Protocol error", kinds.NO_REDIS),
)


def redis() -> list[CheckResult]:
    """Check that Redis answers, knows the commands we use, and takes and keeps a key."""
    client = client_of.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=_SECONDS, socket_timeout=_SECONDS
    )
    try:
        info = client.info()
        found = [*_of_server(info), *_tried(client)]
    except (client_of.RedisError, OSError) as error:
        return [_finding(error)]
    finally:
        client.close()
    return found or [well(NAME, str(info["redis_version"]))]


def _of_server(info: Any) -> Iterator[CheckResult]:
    version = str(info["redis_version"])
    if tuple(map(int, version.split(".")[:2])) < _OLDEST:
        yield kinds.TOO_OLD.at(NAME, version=version)
    policy = str(info.get("maxmemory_policy", "noeviction"))
    # Evicting keys with an expiry is fine, since wake-ups have none.
    if info.get("maxmemory") and policy.startswith("allkeys"):
        yield kinds.EVICTS.at(NAME, policy=policy)


def _tried(client: client_of.Redis) -> Iterator[CheckResult]:
    """Try each kind of command of the broker, the cache and live messages once; yield a fault."""
    key = f"vodloom:doctor:{uuid4().hex}"
    tries: tuple[tuple[str, tuple[object, ...]], ...] = (
        ("SET", (key, "1", "EX", "10")),
        ("GET", (key,)),
        ("INCR", (key,)),
        ("EVAL", ("return redis.call('DEL', KEYS[1])", "1", key)),
        ("LMOVE", (key, key, "LEFT", "LEFT")),
        ("PUBLISH", (key, "1")),
    )
    for command, arguments in tries:
        try:
            client.execute_command(command, *arguments)  # type: ignore[no-untyped-call]
        except client_of.exceptions.NoPermissionError:
            yield kinds.NOT_ALLOWED.at(NAME, command=command)
            return
        except client_of.ResponseError as error:
            yield _finding(error)
            return


def _finding(error: Exception) -> CheckResult:
    address = urlsplit(settings.REDIS_URL)
    host, port = address.hostname or "", address.port or 6379
    where = f"{host}, port {port}" if host else address.path
    told = {"host": host, "where": where, "number": address.path.strip("/") or "0"}
    kind = _kind(error) or _by_its_port(error, host, port)
    return kind.at(NAME, error=_words(error), command="INFO", **told)


def _kind(error: Exception) -> Kind | None:
    """Return the kind that the exception alone shows, or None if the port must be tried."""
    if isinstance(error, client_of.exceptions.NoPermissionError):
        return kinds.NOT_ALLOWED
    words = _words(error)
    for said, kind in _SAID:
        if said in words:
            return kind
    return _TROUBLES.get(trouble.of(error) or Trouble.CLOSED)


def _by_its_port(error: Exception, host: str, port: int) -> Kind:
    """Return the kind for a server that gave no answer, or none that can be read."""
    if isinstance(error, client_of.ResponseError) or not host:
        return kinds.OTHER
    by_tls, silent = (
        settings.REDIS_URL.startswith("rediss:"),
        isinstance(error, client_of.TimeoutError),
    )
    if by_tls and ports.answer_to(host, port, b"PING\r\n")[:1] in (b"+", b"-"):
        return kinds.NO_TLS
    if silent:
        return kinds.SILENT
    if by_tls:  # the connection failed after the handshake
        return kinds.WANTS_CERTIFICATE
    return kinds.WANTS_TLS if ports.speaks_tls(host, port) else kinds.NO_REDIS


def _words(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
