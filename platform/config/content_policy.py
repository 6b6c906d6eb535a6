"""Content-Security-Policy: what each kind of page may load.

The site's pages have neither inline scripts nor inline styles. The player draws its controls in
shadow roots with styles of its own: pages with the player allow exactly those, by hash.
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
    """Return the default policy of pages; media may also come from the bucket."""
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
    """Return the policy of pages with the player."""
    policy = pages(media_origins)
    return policy | {"style-src": [*policy["style-src"], *(f"'{h}'" for h in style_hashes)]}


def embedded(media_origins: list[str], style_hashes: list[str]) -> Policy:
    """Return the policy of the embedded player, which any site may put into its pages."""
    return player(media_origins, style_hashes) | {"frame-ancestors": ["*"]}


def header(policy: Policy) -> str:
    """Return the policy as a header value."""
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in policy.items())


def style_hashes(file: Path) -> list[str]:
    """Return the hashes in a file, one per line."""
    return file.read_text().split()


@cache
def policies() -> dict[str, str]:
    """Return the headers by path prefix; the longest matching prefix counts."""
    origins = _media_origins()
    styles = style_hashes(settings.BASE_DIR / "static/vendor/media-chrome.styles.txt")
    return {
        "/": header(pages(origins)),
        "/watch/": header(player(origins, styles)),
        "/embed/": header(embedded(origins, styles)),
        "/admin/": header(player(origins, styles)),
    }


def _media_origins() -> list[str]:
    """Return the other origins that browsers fetch media and pictures from: the origin of the
    bucket's object URLs, also Amazon's default one, and both buckets' while objects are moved."""
    outputs: Any = storages["outputs"]
    bases = [urlsplit(getattr(place, "public_base", "")) for place in outputs.places()]
    return list(dict.fromkeys(f"{base.scheme}://{base.netloc}" for base in bases if base.netloc))


class ContentPolicyMiddleware(MiddlewareMixin):
    """Sends each answer with the policy of its path."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Add the header unless the view set one."""
        told = policies()
        prefixes = (prefix for prefix in told if request.path_info.startswith(prefix))
        response.setdefault("Content-Security-Policy", told[max(prefixes, key=len)])
        return response
