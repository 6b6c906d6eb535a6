"""``Authorization: Bearer vl_…`` for the API, or the session."""

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import (
    BaseAuthentication,
    SessionAuthentication,
    get_authorization_header,
)
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, Throttled
from rest_framework.request import Request

from accounts import api_keys, throttling
from accounts.models import ApiKey, User

CSRF_FAILED = "csrf_failed"


class ApiKeyAuthentication(BaseAuthentication):
    """Acts as the user whose API key the request bears."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """The key's user, or None when no bearer is given; a wrong key is 401."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        key = api_keys.find(words[1].decode("latin-1")) if len(words) == 2 else None
        if key is None:
            usage = throttling.of_wrong_key(request.META.get("REMOTE_ADDR"))
            if usage is not None and usage.is_over:
                raise Throttled(wait=usage.seconds)
            raise AuthenticationFailed("This API key is unknown or revoked.", code="bad_api_key")
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="api"'


class LogInAuthentication(SessionAuthentication):
    """Acts as who is logged in, from pages of ours."""

    def enforce_csrf(self, request: Request) -> None:
        """Raise ``PermissionDenied`` for what no page of ours sent."""
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            raise PermissionDenied(str(error.detail), code=CSRF_FAILED) from error


class LogInScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # untyped
    """Tells the schema of the session."""

    target_class = LogInAuthentication
    name = "cookieAuth"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """The scheme's OpenAPI object."""
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # untyped
    """Tells the schema how a key is sent."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """The scheme's OpenAPI object."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "vl_…"}
