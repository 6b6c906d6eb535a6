"""An API key is used from its addresses, and from nowhere else."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import key_addresses


@pytest.mark.parametrize(
    ("entries", "address", "allowed"),
    [
        ([], "192.0.2.1", True),
        ([], None, True),
        (["192.0.2.1"], "192.0.2.1", True),
        (["192.0.2.1"], "192.0.2.2", False),
        (["192.0.2.1"], None, False),
        (["192.0.2.1"], "testclient", False),
        (["192.0.2.0/24"], "192.0.2.255", True),
        (["192.0.2.0/24"], "192.0.3.0", False),
        (["192.0.2.7/24"], "192.0.2.9", True),
        (["192.0.2.0/24"], "::ffff:192.0.2.9", True),
        (["192.0.2.0/24"], "::ffff:192.0.3.9", False),
        (["::ffff:192.0.2.0/120"], "192.0.2.9", True),
        (["::ffff:192.0.2.0/120"], "192.0.3.9", False),
        (["::/0"], "192.0.2.1", False),
        (["0.0.0.0/0"], "2001:db8::1", False),
        (["2001:db8::/32"], "2001:db8:1::1", True),
        (["2001:db8::/32"], "2001:db9::1", False),
        (["198.51.100.1", "2001:db8::1"], "2001:DB8:0::1", True),
    ],
)
def test_a_list_allows_what_it_names(
    entries: list[str], address: str | None, allowed: bool
) -> None:
    assert key_addresses.allow(entries, address) is allowed
    assert key_addresses.allow(key_addresses.normal(entries), address) is allowed


@pytest.mark.parametrize(
    "entry", ["", "here", "192.0.2.300", "192.0.2.1/33", "1", "fe80::1%eth0/64"]
)
def test_what_is_no_address_is_named(entry: str) -> None:
    with pytest.raises(key_addresses.BadAddressList) as caught:
        key_addresses.normal(["192.0.2.1", entry])
    assert caught.value.entry == entry


_ADDRESSES = st.ip_addresses()
_NETWORKS = st.builds(
    lambda ip, bits: str(ipaddress.ip_network(f"{ip}/{min(bits, ip.max_prefixlen)}", strict=False)),
    _ADDRESSES,
    st.integers(0, 128),
)


@given(st.lists(_NETWORKS, max_size=3), st.lists(_NETWORKS, max_size=3), _ADDRESSES)
def test_what_is_within_allows_no_more(inner: list[str], outer: list[str], ip: object) -> None:
    assert key_addresses.within(outer, outer)
    if key_addresses.within(inner, outer) and key_addresses.allow(inner, str(ip)):
        assert key_addresses.allow(outer, str(ip))
