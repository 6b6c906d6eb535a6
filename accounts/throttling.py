"""Rate limits for clients: sliding windows by user, API key and address (see ``windows``)."""

from __future__ import annotations

import hashlib
import ipaddress
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from django.conf import settings

from accounts import windows
from accounts.models import ApiKey, User
from accounts.windows import Window

CODE = "throttled"
_IPV6_PREFIX = 64
_WRONG_PASSWORDS_A_MINUTE = 10


class TooManyRequests(Exception):
    """Raised when a client asks too often; it may ask again in ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Work(StrEnum):
    """What is counted beside the request itself, since it costs more."""

    UPLOADS = "uploads"
    IMPORTS = "imports"


class _Rate(Protocol):
    @property
    def number(self) -> int: ...
    @property
    def seconds(self) -> int: ...


@dataclass(frozen=True)
class Policy:
    """A client's use of one limit: ``left`` of ``number`` requests in ``window`` seconds; the next
    place is free in ``seconds``."""

    name: str
    number: int
    window: int
    left: int
    seconds: int
    is_over: bool


@dataclass(frozen=True)
class Usage:
    """A client's use of all limits that a request counts by, and how to take it back."""

    policies: tuple[Policy, ...]
    windows: tuple[Window, ...]
    at: float

    @property
    def is_over(self) -> bool:
        """Whether the request exceeded a limit; then it was not counted."""
        return any(policy.is_over for policy in self.policies)

    @property
    def seconds(self) -> int:
        """In how many seconds the client may ask again."""
        over = [policy.seconds for policy in self.policies if policy.is_over]
        return max(over or [policy.seconds for policy in self.policies])

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the IETF draft ``draft-ietf-httpapi-ratelimit-headers-10``."""
        policies = [f'"{one.name}";q={one.number};w={one.window}' for one in self.policies]
        left = [f'"{one.name}";r={one.left};t={one.seconds}' for one in self.policies]
        return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(left)}

    def rollback(self) -> None:
        """Take back what was counted; allauth calls it after a right password."""
        windows.give_back(self.windows, now=self.at)


def of_user(
    user: User, key: ApiKey | None = None, *, work: Work | None = None, count: bool = True
) -> Usage | None:
    """Count a request to the API by a known user, by the key it came with, and by the work that it
    makes; ``count=False`` only checks whether one more is allowed."""
    limits = [("user", str(user.pk), _of_plan(user))]
    if key is not None:
        limits.append(("key", str(key.pk), settings.RATES.key))
    if work is not None:
        limits.append((str(work), str(user.pk), getattr(settings.RATES, work)))
    return _usage(limits, count=count)


def of_imports(user: User, number: int) -> Usage | None:
    """Count a number of imports by a user, all of them or none."""
    return _usage([("imports", str(user.pk), settings.RATES.imports)], amount=number)


def of_nobody(address: str | None) -> Usage | None:
    """Count a request to the API without credentials."""
    return _usage([("anonymous", network_of(address), settings.RATES.anonymous)])


def of_wrong_key(address: str | None) -> Usage | None:
    """Count an attempt with a wrong API key, ticket or address."""
    return _usage([("wrong-keys", network_of(address), settings.RATES.wrong_keys)])


def of_upload(upload_id: object) -> Usage | None:
    """Count a request to the address of a delegated upload, whoever sends it."""
    return _usage([("upload", str(upload_id), settings.RATES.api)])


def of_pictures(release_id: object) -> Usage | None:
    """Count a new picture by URL, whoever asks for it."""
    return _usage([("pictures", str(release_id), settings.RATES.pictures)])


def of_password(address: str | None, account: str, device: str | None) -> Usage | None:
    """Count an attempt to log in until its password is known to be right, by address and account. A
    ``device`` that has logged in to it counts by itself, so that nobody else can shut it out."""
    if not settings.RATES.are_on:
        return None
    by_account = ("account", _name_of(account, device), settings.RATES.account)
    return _usage([("passwords", network_of(address), _PasswordsByAddress()), by_account])


def forget_passwords(account: str) -> None:
    """Forget the wrong passwords of an account, wherever they came from."""
    if (rate := settings.RATES.account) is not None:
        windows.forget(Window(f"account:{_name_of(account, None)}", rate.number, rate.seconds))


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
    return str(ipaddress.IPv6Network((int(ip), _IPV6_PREFIX), strict=False).network_address)


def _name_of(account: str, device: str | None) -> str:
    return f"{hashlib.sha256(account.lower().encode()).hexdigest()}:{device or ''}"


@dataclass(frozen=True)
class _PasswordsByAddress:
    number: int = _WRONG_PASSWORDS_A_MINUTE
    seconds: int = 60


@dataclass(frozen=True)
class _APlan:
    number: int
    seconds: int = 60


def _of_plan(user: User) -> _Rate | None:
    """Return the rate of the user's plan, or else that of the site; none if the limits are off."""
    if settings.RATES.api is None or user.terms.api_rate is None:
        rate: _Rate | None = settings.RATES.api
        return rate
    return _APlan(user.terms.api_rate)


def _usage(
    limits: Sequence[tuple[str, str, _Rate | None]], *, amount: int = 1, count: bool = True
) -> Usage | None:
    """Count by all limits, or by none if one is exceeded. None if no limit applies, or the client
    is unknown."""
    known = [(name, who, rate) for name, who, rate in limits if rate is not None and who]
    if not known:
        return None
    now = time.time()
    counted = [Window(f"{name}:{who}", rate.number, rate.seconds) for name, who, rate in known]
    found = windows.take(counted, now=now, amount=amount, count=count)
    full = any(one.is_full for one in found)
    policies = [
        Policy(
            name=name,
            number=rate.number,
            window=rate.seconds,
            left=max(0, rate.number - one.used - (0 if full else amount)),
            seconds=max(1, math.ceil(one.seconds)),
            is_over=one.is_full,
        )
        for (name, _, rate), one in zip(known, found, strict=True)
    ]
    return Usage(tuple(policies), tuple(counted), now)


def require(usage: Usage | None) -> None:
    """Raise ``TooManyRequests`` if a limit is exceeded."""
    if usage is not None and usage.is_over:
        raise TooManyRequests(usage.seconds)
