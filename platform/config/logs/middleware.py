"""Django's part of the log: the user of a request, and a request id if the server set none."""

from collections.abc import Callable

from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bind_contextvars, get_contextvars, unbind_contextvars

from config.logs.requests import new_id
from config.version import VERSION

Next = Callable[[HttpRequest], HttpResponse]


class NoteUser:
    """The last middleware: adds the user to the request's log line, if the user was looked up, and
    tells users which version answers."""

    def __init__(self, get_response: Next) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request and note its user."""
        made = "request_id" not in get_contextvars()
        if made:
            bind_contextvars(request_id=new_id())
        try:
            response = self._get_response(request)
        finally:
            if made:
                unbind_contextvars("request_id")
        user = _user_of(request)
        if user is not None:
            getattr(request, "scope", {}).setdefault("state", {})["user"] = str(user.pk)
            response["Vodloom-Version"] = VERSION
        return response


def _user_of(request: HttpRequest) -> AbstractBaseUser | None:
    """Return the user of a request if it is known already; no session is looked up for this."""
    user = request.__dict__.get("user")
    if not isinstance(user, AbstractBaseUser):
        user = request.__dict__.get("_cached_user")
    return user if isinstance(user, AbstractBaseUser) else None
