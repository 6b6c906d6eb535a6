"""Sessions that resolve, check and connect in one step: to the very addresses that were checked,
with no redirects of their own and nothing from the environment."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests_hardened import Config, HTTPSession
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

_SHORTEST_SECONDS = 0.05
MOST_ADDRESSES = 16
"""How many addresses of a server are tried."""


@dataclass(frozen=True)
class Way:
    """How a session reaches servers.

    ``resolve(scheme, host, port)`` returns the addresses to connect to, or raises. ``watch`` gets
    each new connection. All addresses share ``connect_seconds``. A request is written within
    ``sending``, once its connection stands.
    """

    resolve: Callable[[str, str, int], list[str]]
    watch: Callable[[socket.socket], None]
    connect_seconds: float
    silence_seconds: float
    sending: Callable[[], AbstractContextManager[None]] = nullcontext


def session(way: Way, *, agent: str) -> requests.Session:
    """Return a session for one exchange: no proxies, no ``.netrc``."""
    made: requests.Session = HTTPSession(
        Config(
            ip_filter_enable=False,  # the adapter checks more, and the addresses it connects to
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            default_timeout=(way.connect_seconds, way.silence_seconds),
            user_agent_override=agent,
        )
    )
    made.trust_env = False
    for scheme in ("http://", "https://"):
        made.mount(scheme, _PinningAdapter(way))
    return made


class _PinningAdapter(HTTPAdapter):
    """Connects only to addresses that were checked, and hands over each connection."""

    def __init__(self, way: Way) -> None:
        super().__init__(max_retries=0)
        self.poolmanager.pool_classes_by_scheme = _pools(way)


def _pools(way: Way) -> dict[str, Any]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, "http", way)

        def request(self, *args: Any, **kwargs: Any) -> None:
            _request(self, super().request, way, *args, **kwargs)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, "https", way)

        def request(self, *args: Any, **kwargs: Any) -> None:
            _request(self, super().request, way, *args, **kwargs)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _request(
    connection: HTTPConnection, write: Callable[..., None], way: Way, *args: Any, **kwargs: Any
) -> None:
    if connection.sock is None:
        connection.connect()
    with way.sending():
        write(*args, **kwargs)


def _connect(connection: HTTPConnection, scheme: str, way: Way) -> socket.socket:
    host = connection.host.strip("[]")
    failure: OSError | None = None
    until = time.monotonic() + way.connect_seconds
    found = way.resolve(scheme, host, connection.port)[:MOST_ADDRESSES]
    for left, address in zip(range(len(found), 0, -1), found, strict=True):
        share = max((until - time.monotonic()) / left, _SHORTEST_SECONDS)
        try:
            opened = socket.create_connection((address, connection.port), share)
        except OSError as error:
            failure = error
        else:
            opened.settimeout(way.connect_seconds)
            return _watched(opened, way)
    raise NewConnectionError(connection, "no address answers") from failure


def _watched(opened: socket.socket, way: Way) -> socket.socket:
    try:
        way.watch(opened)
    except BaseException:
        opened.close()
        raise
    return opened
