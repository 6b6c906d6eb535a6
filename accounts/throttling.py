"""Rate limits for clients, counted in the cache that all web processes share.

The count of a client in a period is one number under one key, so that counting is a single step
however many requests arrive at once. While Redis is away nothing is counted and every request is
let in.
"""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.core.cache import cache

CODE = "throttled"
_IPV6_PREFIX = 64


class TooManyRequests(Exception):
    """Raised when a client asks too often; it may ask again in ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class _Rate(Protocol):
    @property
    def number(self) -> int: ...
    @property
    def seconds(self) -> int: ...


@dataclass(frozen=True)
class Usage:
    """A client's use of a rate limit: ``used`` of ``limit`` requests, in a period that ends in
    ``seconds``."""

    limit: int
    used: int
    seconds: int

    @property
    def left(self) -> int:
        """How many more requests are allowed in this period."""
        return max(0, self.limit - self.used)

    @property
    def is_over(self) -> bool:
        """Whether the last request exceeded the limit."""
        return self.used > self.limit


def of_user(user_id: object, *, count: bool = True) -> Usage | None:
    """Count a request to the API by a known user; ``count=False`` only checks whether one more is
    allowed."""
    return _usage("api", str(user_id), settings.RATES.api, count=count)


def of_nobody(address: str | None) -> Usage | None:
    """Count a request to the API without credentials."""
    return _usage("anonymous", network_of(address), settings.RATES.anonymous)


def of_wrong_key(address: str | None) -> Usage | None:
    """Count an attempt with a wrong API key."""
    return _usage("wrong-keys", network_of(address), settings.RATES.wrong_keys)


def of_upload(upload_id: object) -> Usage | None:
    """Count a request to the address of a delegated upload, whoever sends it."""
    return _usage("upload", str(upload_id), settings.RATES.api)


def of_pictures(release_id: object) -> Usage | None:
    """Count a new picture by URL, whoever asks for it."""
    return _usage("pictures", str(release_id), settings.RATES.pictures)


def network_of(address: str | None) -> str:
    """Return the network that an address is counted by: an IPv4 address itself, or the /64 of an
    IPv6 address, since an IPv6 client has a whole network of addresses."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return address or ""
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.IPv6Network((ip, _IPV6_PREFIX), strict=False).network_address)


def _usage(name: str, who: str, rate: _Rate | None, *, count: bool = True) -> Usage | None:
    """Return the use of a rate, or None if there is no limit or the client is unknown."""
    if rate is None or not who:
        return None
    now = time.time()
    period = int(now // rate.seconds)
    key = f"rate:{name}:{who}:{period}"
    used = _counted(key, rate.seconds) if count else int(cache.get(key, 0)) + 1
    return Usage(rate.number, used, max(1, round((period + 1) * rate.seconds - now)))


def _counted(key: str, seconds: int) -> int:
    if cache.add(key, 1, timeout=seconds + 1):
        return 1
    try:
        return cache.incr(key)
    except ValueError:  # the key has just expired
        return 1
