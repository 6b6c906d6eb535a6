"""Pages of sites whose videos are imported: which may be named, and how they are shown. Pure."""

from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from videos.fetching import urls


def is_allowed(url: str, hosts: Sequence[str]) -> bool:
    """Return whether a page lies on one of these hosts or on a subdomain of one."""
    host = host_of(url)
    return any(host == allowed or host.endswith(f".{allowed}") for allowed in hosts)


def require_allowed(url: str, hosts: Sequence[str]) -> None:
    """Raise ``UrlWrong`` unless a page may be named."""
    if not is_allowed(url, hosts):
        raise urls.UrlWrong("site_not_allowed", "Nothing is imported from this site here.")


def host_of(url: str) -> str:
    """Return the host of a URL as the settings name hosts; empty if there is none."""
    try:
        host = urlsplit(url).hostname or ""
        plain = host if ":" in host else host.encode("idna").decode()
    except (ValueError, UnicodeError):
        return ""
    return f"[{plain}]" if ":" in plain else plain.lower().rstrip(".")


def shown(url: str) -> str:
    """Return the address of a page, without user, password and fragment. Its parameters are kept,
    since sites name their videos by them; it is for the video's owner and staff."""
    parts = urlsplit(url)
    whole = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, ""))
    return whole if len(whole) <= urls.LONGEST else urls.shown(url)[: urls.LONGEST]
