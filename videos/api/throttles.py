"""Bound how often the API is asked: by the user, or by the address of who is none."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts import throttling

USAGE = "rate_usage"
"""Where a request holds what it used: the middleware tells it in headers."""


class ApiThrottle(BaseThrottle):
    """Counts each request. The address is the one the server believes, whatever headers say."""

    _usage: throttling.Usage | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether this one may go on."""
        if request.user.is_authenticated:
            self._usage = throttling.of_user(request.user.pk)
        else:
            self._usage = throttling.of_nobody(request.META.get("REMOTE_ADDR"))
        setattr(request._request, USAGE, self._usage)
        return self._usage is None or not self._usage.is_over

    def wait(self) -> float | None:
        """Seconds until the next may come."""
        return self._usage.seconds if self._usage else None
