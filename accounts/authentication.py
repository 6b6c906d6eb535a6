"""``Authorization: Bearer vl_…`` for the API."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import api_keys
from accounts.models import ApiKey, User


class ApiKeyAuthentication(BaseAuthentication):
    """Acts as the user whose API key the request bears."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """The key's user, or None when no bearer is given; a wrong key is 401."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        key = api_keys.find(words[1].decode("latin-1")) if len(words) == 2 else None
        if key is None:
            raise AuthenticationFailed("This API key is unknown or revoked.", code="bad_api_key")
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="api"'


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # untyped
    """Tells the schema how a key is sent."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """The scheme's OpenAPI object."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "vl_…"}
