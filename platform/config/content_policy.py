"""Content-Security-Policy: which kinds of page may load what.

Our own pages have neither inline script nor inline style. The player draws its controls in
shadow roots with styles of its own: exactly those are allowed, by hash, where it plays.
"""

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import storages
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

Policy = dict[str, list[str]]

_SELF, _NONE = "'self'", "'none'"


def pages(media_origins: list[str]) -> Policy:
    """For every page that is not listed apart; media may also come from the bucket."""
    return {
        "default-src": [_SELF],
        "script-src": [_SELF],
        "style-src": [_SELF],
        "img-src": [_SELF, *media_origins],
        # hls.js plays through an object URL.
        "media-src": [_SELF, "blob:", *media_origins],
        "connect-src": [_SELF, *media_origins],
        "worker-src": [_SELF],
        "object-src": [_NONE],
        "base-uri": [_NONE],
        "form-action": [_SELF],
        "frame-ancestors": [_NONE],
    }


def player(media_origins: list[str], style_hashes: list[str]) -> Policy:
    """For pages with the player."""
    policy = pages(media_origins)
    return policy | {"style-src": [*policy["style-src"], *(f"'{h}'" for h in style_hashes)]}


def embedded(media_origins: list[str], style_hashes: list[str]) -> Policy:
    """For the player alone, which may stand in the pages of anybody."""
    return player(media_origins, style_hashes) | {"frame-ancestors": ["*"]}


def header(policy: Policy) -> str:
    """The policy as it is sent."""
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in policy.items())


def style_hashes(file: Path) -> list[str]:
    """The hashes in a file of one a line."""
    return file.read_text().split()


@cache
def policies() -> dict[str, str]:
    """What is sent, by the longest prefix of the path."""
    origins = _media_origins()
    styles = style_hashes(settings.BASE_DIR / "static/vendor/media-chrome.styles.txt")
    return {
        "/": header(pages(origins)),
        "/watch/": header(player(origins, styles)),
        "/embed/": header(embedded(origins, styles)),
        "/admin/": header(player(origins, styles)),
    }


def _media_origins() -> list[str]:
    """Where browsers fetch media and pictures besides here: as the addresses of objects in the
    bucket begin, also where that is Amazon's and nobody named it; in both while one is moved."""
    outputs: Any = storages["outputs"]
    bases = [urlsplit(getattr(place, "public_base", "")) for place in outputs.places()]
    return list(dict.fromkeys(f"{base.scheme}://{base.netloc}" for base in bases if base.netloc))


class ContentPolicyMiddleware(MiddlewareMixin):
    """Sends with each answer the policy of the place it comes from."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Add the header unless the view set one."""
        told = policies()
        prefixes = (prefix for prefix in told if request.path_info.startswith(prefix))
        response.setdefault("Content-Security-Policy", told[max(prefixes, key=len)])
        return response
