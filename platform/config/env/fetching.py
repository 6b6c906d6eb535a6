"""What files are fetched from URLs, and which networks are reached although they are private."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from config.env.reader import Reader
from config.env.shown import quoted

_GIB = 1024**3


@dataclass(frozen=True)
class Fetching:
    """The bounds of a fetch, and the networks that are allowed although they are not public: to
    fetch from, and to send webhooks to."""

    max_bytes: int
    seconds: int
    private: tuple[IPv4Network | IPv6Network, ...]
    webhook_private: tuple[IPv4Network | IPv6Network, ...]


def fetching(reader: Reader) -> Fetching:
    """Return the settings of fetching."""
    return Fetching(
        max_bytes=reader.number(
            "VODLOOM_FETCH_MAX_BYTES", default=20 * _GIB, unit="bytes", most=2**60
        ),
        seconds=reader.number(
            "VODLOOM_FETCH_SECONDS", default=1800, unit="seconds", least=60, most=7 * 86400
        ),
        private=_networks(reader, "VODLOOM_FETCH_PRIVATE"),
        webhook_private=_networks(reader, "VODLOOM_WEBHOOK_PRIVATE"),
    )


def _networks(reader: Reader, name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    found = []
    for word in reader.words(name):
        try:
            found.append(ip_network(word))
        except ValueError:
            reader.fault(
                name, f"has {quoted(word)}; it takes networks, such as 10.1.2.0/24 or fd00:1::/64."
            )
    return tuple(found)
