"""What the web processes are told: whom they believe about their clients, and how they stop."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from config.env.reader import Reader
from config.env.shown import quoted

_HERE = ("127.0.0.1", "::1")
_LONGEST_GRACE_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Web:
    """``trusted_proxies`` are addresses, networks, or an asterisk for everybody."""

    trusted_proxies: list[str]
    grace_seconds: int


def web(reader: Reader) -> Web:
    """How the web processes listen."""
    return Web(
        trusted_proxies=_trusted_proxies(reader),
        grace_seconds=reader.number(
            "VODLOOM_GRACE_SECONDS",
            default=60,
            unit="seconds",
            least=0,
            most=_LONGEST_GRACE_SECONDS,
        ),
    )


def _trusted_proxies(reader: Reader) -> list[str]:
    name = "FORWARDED_ALLOW_IPS"
    proxies = reader.words(name, _HERE)
    if "*" in proxies and len(proxies) > 1:
        reader.fault(name, "has * and others; * alone stands for everybody.")
    for proxy in proxies:
        if proxy != "*" and not _is_address(proxy):
            reader.fault(
                name,
                f"has {quoted(proxy)}; it takes addresses and networks of proxies, such as "
                "10.0.0.7 or 172.16.0.0/12, or * alone.",
            )
    return proxies


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True
