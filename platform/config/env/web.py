"""The settings of the web processes: trusted proxies, allowed origins, rate limits, and the grace
period of a stop."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from config.env.hosts import origin
from config.env.rates import Rates, rates
from config.env.reader import Reader
from config.env.shown import quoted

_HERE = ("127.0.0.1", "::1")
_LONGEST_GRACE_SECONDS = 24 * 3600
_MOST_FEEDS = 10_000
_ANY = "*"
# Origins of apps that wrap a web page: capacitor://localhost, tauri://localhost.
_OF_AN_APP = re.compile(r"(?!https?:|file:|data:)[a-z][a-z0-9+.-]*://[a-z0-9._-]+")


@dataclass(frozen=True)
class Web:
    """``trusted_proxies`` are addresses, networks, or an asterisk for everybody; ``cors_origins``
    are origins, or an asterisk for all."""

    trusted_proxies: list[str]
    cors_origins: list[str]
    rates: Rates
    grace_seconds: int
    feeds_at_once: int


def web(reader: Reader) -> Web:
    """Read the settings of the web processes."""
    return Web(
        trusted_proxies=_trusted_proxies(reader),
        cors_origins=_cors_origins(reader),
        rates=rates(reader),
        grace_seconds=reader.number(
            "VODLOOM_GRACE_SECONDS",
            default=60,
            unit="seconds",
            least=0,
            most=_LONGEST_GRACE_SECONDS,
        ),
        feeds_at_once=reader.number(
            "VODLOOM_FEEDS_AT_ONCE", default=20, unit="feeds", least=1, most=_MOST_FEEDS
        ),
    )


def _trusted_proxies(reader: Reader) -> list[str]:
    name = "FORWARDED_ALLOW_IPS"
    proxies = reader.words(name, _HERE)
    if "*" in proxies and len(proxies) > 1:
        reader.fault(name, "has * and other entries; use * alone to allow everybody.")
    for proxy in proxies:
        if proxy != "*" and not _is_address(proxy):
            reader.fault(
                name,
                f"has {quoted(proxy)}; it takes addresses and networks of proxies, such as "
                "10.0.0.7 or 172.16.0.0/12, or * alone.",
            )
    return proxies


def _cors_origins(reader: Reader) -> list[str]:
    name = "CORS_ALLOWED_ORIGINS"
    words = reader.words(name)
    if _ANY in words and len(words) > 1:
        reader.fault(name, "has * and other entries; use * alone to allow every page.")
    origins: list[str] = []
    for word in words:
        found = word if word == _ANY or _OF_AN_APP.fullmatch(word) else origin(word)
        if found is None:
            must = f"has {quoted(word)}; it takes origins, such as https://example.org, or * alone."
            reader.fault(name, must)
        else:
            origins.append(found)
    return origins


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True
