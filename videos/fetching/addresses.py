"""Which addresses files may be fetched from. Pure, except for ``resolve``.

The check is made on the very addresses that are connected to, so nothing is gained by a name that
leads elsewhere the next time, nor by an unusual way to write an address.
"""

import socket
from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from requests_hardened.ip_filter import EXTRA_BLOCKED_NET_RANGES

from videos.fetching import errors

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Beyond what Python calls private, reserved or multicast, which differs between its versions.
_REFUSED: tuple[Network, ...] = (
    *EXTRA_BLOCKED_NET_RANGES,
    ip_network("0.0.0.0/8"),
    ip_network("100.64.0.0/10"),  # carriers' own addresses (RFC 6598)
    ip_network("192.88.99.0/24"),  # 6to4 relays
    ip_network("198.18.0.0/15"),  # benchmarks
    ip_network("::/96"),  # IPv4-compatible
    ip_network("64:ff9b::/96"),  # NAT64, which leads to any IPv4 address
    ip_network("64:ff9b:1::/48"),
    ip_network("2001::/23"),  # Teredo and others
    ip_network("2002::/16"),  # 6to4, which holds any IPv4 address
    ip_network("fec0::/10"),  # site-local
)


def is_allowed(address: Address, private: Sequence[Network] = ()) -> bool:
    """Return whether files may be fetched from an address: a public one, or one in ``private``."""
    meant = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    plain = meant or address
    if any(plain in network for network in private):
        return True
    return (
        plain.is_global
        and not plain.is_multicast
        and not plain.is_reserved
        and not any(plain in network for network in _REFUSED)
    )


def literal(host: str) -> Address | None:
    """Return the address that a host is, in its usual form or in brackets; None for a name."""
    try:
        return ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


def resolve(host: str, port: int, private: Sequence[Network] = ()) -> list[str]:
    """Return the addresses of a host, to connect to exactly these.

    Raises ``FetchFailed`` if it has none, or if one of them is not allowed.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise errors.unreachable() from error
    named = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
    for one in named:
        address = literal(one)
        if address is None or not is_allowed(address, private):
            raise errors.forbidden_address()
    if not named:
        raise errors.unreachable()
    return named
