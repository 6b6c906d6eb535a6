"""An end of HTTPS alone (HSTS) that browsers hear of.

With ``HSTS_SECONDS=0`` Django sends no header, and browsers keep what they were told before, for a
year perhaps: only a time of 0 takes that back.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin


class HttpsNoLongerMiddleware(MiddlewareMixin):
    """Says where HTTPS alone is switched off, to whoever came by HTTPS."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Add the header."""
        if not settings.SECURE_HSTS_SECONDS and request.is_secure():
            response.setdefault("Strict-Transport-Security", "max-age=0")
        return response
