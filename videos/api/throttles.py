"""Limit the rate of API requests, by user, key and work, or by address for anonymous clients."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts import throttling
from accounts.models import ApiKey, User

USAGE = "rate_usage"
"""The attribute in which a request holds its usage; the middleware reports it in headers."""


class ApiThrottle(BaseThrottle):
    """Counts each request. The client address is the one that the server trusts, whatever the
    headers say. A view names in ``works`` which of its actions make uploads or imports."""

    _usage: throttling.Usage | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        """Return whether this request may proceed."""
        if isinstance(request.user, User):
            key = request.auth if isinstance(request.auth, ApiKey) else None
            work = getattr(view, "works", {}).get(getattr(view, "action", None))
            self._usage = throttling.of_user(request.user, key, work=work)
        else:
            self._usage = throttling.of_nobody(request.META.get("REMOTE_ADDR"))
        setattr(request._request, USAGE, self._usage)
        return self._usage is None or not self._usage.is_over

    def wait(self) -> float | None:
        """Return the number of seconds until the next request may come."""
        return self._usage.seconds if self._usage else None
