"""Check host names and origins, as browsers and servers write them."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?")
_LONGEST_NAME = 253
_PORTS = {"http": 80, "https": 443}


def is_host(text: str) -> bool:
    """Whether the text is a host name, an IPv4 address, or an IPv6 address in brackets."""
    if text.startswith("["):
        return text.endswith("]") and _is_ipv6(text[1:-1])
    labels = text.split(".")
    return len(text) <= _LONGEST_NAME and all(_NAME.fullmatch(label) for label in labels)


def origin(text: str) -> str | None:
    """Return the origin as a browser would write it: scheme, host, and the port unless it is the
    scheme's default. Return None if the text is anything else or holds more than that."""
    try:
        address = urlsplit(text)
        port = address.port
    except ValueError:
        return None
    host = address.hostname or ""
    host = f"[{host}]" if ":" in host else host
    if address.scheme not in _PORTS or not is_host(host.removeprefix("*.")) or port == 0:
        return None
    if address.username is not None or address.path.strip("/") or {"?", "#"} & set(text):
        return None
    is_own = port is None or port == _PORTS[address.scheme]
    return f"{address.scheme}://{host}" + ("" if is_own else f":{port}")


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return "%" not in text
