"""The addresses from which an API key may be used: single ones, and networks (CIDR)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

MOST = 50
_MAPPED_BITS = 96
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class BadAddressList(Exception):
    """Raised for a list with an entry that is no address or network: ``entry`` names it."""

    def __init__(self, entry: str) -> None:
        super().__init__(entry)
        self.entry = entry


def normal(entries: Iterable[str]) -> list[str]:
    """Return the entries as networks in one spelling, each once. Raises ``BadAddressList``."""
    return list(dict.fromkeys(_written(_network(entry)) for entry in entries))


def allow(entries: Iterable[str], address: str | None) -> bool:
    """Whether a client at this address may use the key; an empty list allows every address. An
    IPv4 address that came over IPv6 (``::ffff:192.0.2.1``) counts as IPv4."""
    networks = [_network(entry) for entry in entries]
    if not networks:
        return True
    try:
        found = _unmapped(ipaddress.ip_address(address or ""))
    except ValueError:
        return False
    return any(found in network for network in networks)


def within(entries: Iterable[str], limits: Iterable[str]) -> bool:
    """Whether a list allows nothing that the other list forbids."""
    inner, outer = [_network(one) for one in entries], [_network(one) for one in limits]
    if not outer:
        return True
    return bool(inner) and all(any(_is_inside(one, other) for other in outer) for one in inner)


def plain(address: str | None) -> str | None:
    """Return an address in its usual spelling; None for what is none."""
    try:
        return str(_unmapped(ipaddress.ip_address(address or "")))
    except ValueError:
        return None


def _network(entry: str) -> _Network:
    try:
        network = ipaddress.ip_network(entry.strip(), strict=False)
    except ValueError as error:
        raise BadAddressList(entry) from error
    if "%" in entry:  # a zone, which means something on one machine only
        raise BadAddressList(entry)
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is None or network.prefixlen < _MAPPED_BITS:
        return network
    return ipaddress.ip_network(f"{mapped}/{network.prefixlen - _MAPPED_BITS}", strict=False)


def _is_inside(one: _Network, other: _Network) -> bool:
    if isinstance(one, ipaddress.IPv4Network):
        return isinstance(other, ipaddress.IPv4Network) and one.subnet_of(other)
    return isinstance(other, ipaddress.IPv6Network) and one.subnet_of(other)


def _unmapped(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


def _written(network: _Network) -> str:
    whole = network.prefixlen == network.max_prefixlen
    return str(network.network_address) if whole else str(network)
