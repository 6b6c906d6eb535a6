"""Refuse requests to the API, and to upload addresses, for a host that is not allowed, before their
bodies are read.

Django checks the host too, also for pages, but only after the whole body has arrived.
"""

from __future__ import annotations

from dataclasses import dataclass

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from config.body_guard import Refusal, refuse
from videos.api import problems

_BY_PROGRAMS = ("/api/", "/u/")


@dataclass(frozen=True)
class HostGuard:
    """ASGI middleware that checks the Host header of requests to the API."""

    app: ASGI3Application

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Pass the request on, or answer 400 with what is wrong with its host."""
        if scope["type"] != "http" or not scope["path"].startswith(_BY_PROGRAMS):
            await self.app(scope, receive, send)
            return
        host = _host(scope)
        if _is_ours(host):
            await self.app(scope, receive, send)
        else:
            refusal = Refusal(400, "host_not_allowed", problems.unknown_host(host))
            await refuse(refusal, scope, send)


def _host(scope: HTTPScope) -> str:
    """Return the Host header as it was sent; empty if there is none or more than one."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    return hosts[0].decode("latin-1") if len(hosts) == 1 else ""


def _is_ours(host: str) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
