"""Refuse requests to the API for a host that is none of ours, before their bodies are read.

Django looks too, for pages as well, but only when all of a body has come.
"""

from __future__ import annotations

from dataclasses import dataclass

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from config.body_guard import Refusal, refuse
from videos.api import problems

_API = "/api/"


@dataclass(frozen=True)
class HostGuard:
    """ASGI middleware."""

    app: ASGI3Application

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Pass it on, or say what is wrong with its host."""
        if scope["type"] != "http" or not scope["path"].startswith(_API):
            await self.app(scope, receive, send)
            return
        host = _host(scope)
        if _is_ours(host):
            await self.app(scope, receive, send)
        else:
            refusal = Refusal(400, "host_not_allowed", problems.unknown_host(host))
            await refuse(refusal, scope, send)


def _host(scope: HTTPScope) -> str:
    """As it was sent; two of them are none."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    return hosts[0].decode("latin-1") if len(hosts) == 1 else ""


def _is_ours(host: str) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
