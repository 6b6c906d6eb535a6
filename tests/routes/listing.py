"""The routes of the URL conf and of protocols, each with the methods it is asked by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from allauth.headless.internal.restkit.views import RESTView
from django.urls import URLPattern, URLResolver, get_resolver

from videos.api.schema.protocols import PROTOCOLS

_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")


@dataclass(frozen=True)
class Route:
    """A route as the URL conf writes it, such as ``watch/<uuid:video_id>/``."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} /{self.path}"

    def filled(self, values: dict[str, str]) -> str:
        """An address, with what stands for each parameter; the video for one that is not named."""
        other = values.get("video_id", "")
        return "/" + re.sub(
            r"<(?:\w+:)?(\w+)>", lambda found: values.get(found[1], other), self.path
        )


def routes() -> list[Route]:
    """Those of the URL conf, in its order."""
    return list(dict.fromkeys(_walk(get_resolver().url_patterns, "")))


def protocol_routes() -> list[Route]:
    """Those that are answered outside Django's views."""
    found = []
    for spoken in PROTOCOLS:
        path = spoken.path.strip("/").replace("{", "<").replace("}", ">")
        found.append(Route(spoken.method.upper(), path))
    return found


def _walk(patterns: list[Any], prefix: str) -> Iterator[Route]:
    for pattern in patterns:
        path = prefix + readable(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, path)
        else:
            for method in _methods(pattern):
                yield Route(method, path)


def _methods(pattern: URLPattern) -> list[str]:
    """Those of an API's view, ours or allauth's; of all others reading and sending a form."""
    actions = getattr(pattern.callback, "actions", None)
    if actions:
        return sorted(method.upper() for method in actions if method != "head")
    view = getattr(pattern.callback, "view_class", object)
    if issubclass(view, RESTView):
        return [method for method in _METHODS if hasattr(view, method.lower())]
    return ["GET", "POST"]


def readable(pattern: str) -> str:
    """A regular expression as a path."""
    named = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", pattern)
    return named.replace("^", "").replace("$", "").replace("\\Z", "").replace("\\", "")
