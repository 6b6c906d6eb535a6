"""Authentication for the API: by ``Authorization: Bearer vl_…``, by the token of an app, or by
session."""

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import (
    BaseAuthentication,
    SessionAuthentication,
    get_authorization_header,
)
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, Throttled
from rest_framework.request import Request

from accounts import api_keys, audit, credentials, open_sessions, second_factors, throttling
from accounts.app_tokens import AppToken
from accounts.models import ApiKey, User

CSRF_FAILED = "csrf_failed"
BAD_TOKEN = "bad_app_token"  # noqa: S105 - an error code
NOT_GOOD = (
    "This token does not work, or no longer. Get another with the refresh token, or log in again."
)


class AppTokenAuthentication(BaseAuthentication):
    """Authenticates the user of an app by the access token or the session token that it sends."""

    def authenticate(self, request: Request) -> tuple[User, AppToken] | None:
        """Return the user of the token, or None if the request has none. A token that does not work
        is answered with 401."""
        session_key = credentials.app_session(_lower(request))
        if session_key is None:
            return None
        user = credentials.app_user(session_key)
        if user is None:
            raise AuthenticationFailed(NOT_GOOD, code=BAD_TOKEN)
        if second_factors.is_missing(user):
            raise PermissionDenied(second_factors.NEEDED_SENTENCE, code=second_factors.NEEDED)
        open_sessions.note(session_key, user, request)
        audit.note_token(user)
        return user, AppToken(session_key)

    def authenticate_header(self, request: Request) -> str:
        """The ``WWW-Authenticate`` header of a 401."""
        return 'Bearer realm="api"'


class ApiKeyAuthentication(BaseAuthentication):
    """Authenticates the user of the API key that the request carries."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """Return the key's user, or None if the request has no bearer token. A wrong key is
        answered with 401, too many of them with 429, and a key from a wrong address with 403."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        address = request.META.get("REMOTE_ADDR")
        key = api_keys.find(words[1].decode("latin-1"), address) if len(words) == 2 else None
        if key is None:
            usage = throttling.of_wrong_key(address)
            if usage is not None and usage.is_over:
                raise Throttled(wait=usage.seconds)
            raise AuthenticationFailed(
                "This API key is unknown, expired or revoked.", code="bad_api_key"
            )
        audit.note_key(key)
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """The ``WWW-Authenticate`` header of a 401."""
        return 'Bearer realm="api"'


class LogInAuthentication(SessionAuthentication):
    """Authenticates the logged-in user for requests from this site's pages.

    A view that reads only JSON may set ``trusts_origin``, for libraries in pages that send no CSRF
    token, such as Uppy: the Origin that every browser names is checked instead.
    """

    def enforce_csrf(self, request: Request) -> None:
        """Raise ``PermissionDenied`` for a request that none of this site's pages sent."""
        view = (request.parser_context or {}).get("view")
        named = request.headers.get("origin") is not None
        if named and getattr(view, "trusts_origin", False) and credentials.is_ours(request.headers):
            return
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            raise PermissionDenied(str(error.detail), code=CSRF_FAILED) from error


def _lower(request: Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


class LogInScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # untyped
    """Describes the session cookie in the schema."""

    target_class = LogInAuthentication
    match_subclasses = True
    name = "cookieAuth"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Return the scheme's OpenAPI object."""
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # untyped
    """Describes in the schema how an API key is sent."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Return the scheme's OpenAPI object."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "vl_…"}


class AppTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # untyped
    """Describes in the schema how an app sends its access token or its session token."""

    target_class = AppTokenAuthentication
    name = ["appToken", "sessionToken"]

    def get_security_definition(self, auto_schema: object) -> list[dict[str, str]]:
        """Return the schemes' OpenAPI objects."""
        return [
            {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            {"type": "apiKey", "in": "header", "name": "X-Session-Token"},
        ]
