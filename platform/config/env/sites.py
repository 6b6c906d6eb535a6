"""From which sites videos are imported, and by which yt-dlp."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from config.env.hosts import is_host
from config.env.reader import Reader
from config.env.shown import quoted

_HOSTS, _YT_DLP, _COOKIES = "VODLOOM_SITE_HOSTS", "VODLOOM_YT_DLP", "VODLOOM_SITE_COOKIES"


@dataclass(frozen=True)
class Sites:
    """The hosts whose pages may be named, each with its subdomains; none turns such imports off.
    ``yt_dlp`` is a folder or zip file that has yt-dlp, instead of the one that is installed;
    ``cookies`` is a file of cookies that it sends."""

    hosts: tuple[str, ...]
    yt_dlp: Path | None
    cookies: Path | None


def sites(reader: Reader) -> Sites:
    """Read the settings of imports from sites."""
    hosts = tuple(host.lower().rstrip(".").removeprefix(".") for host in reader.words(_HOSTS))
    for host in hosts:
        if not is_host(host):
            reader.fault(
                _HOSTS,
                f"has {quoted(host)}; it takes host names, such as youtube.com, each of which "
                "stands for its subdomains too.",
            )
    return Sites(hosts, _path(reader, _YT_DLP), _path(reader, _COOKIES))


def _path(reader: Reader, name: str) -> Path | None:
    """Return the path in a setting, which only the machines of workers need to have."""
    text = reader.text(name)
    if text and not Path(text).is_absolute():
        reader.fault(name, f"is {quoted(text)}; write the whole path, from / on.")
    return Path(text) if text else None
