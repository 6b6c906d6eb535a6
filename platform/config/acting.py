"""Note for the audit log who sends each request, and from where."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.actor import Actor, acting, client_address
from accounts.models import User

Next = Callable[[HttpRequest], HttpResponse]


class NoteActor:
    """Handles each request as an act of its user. The address is the one that the server trusts:
    headers that a client can write count for nothing here."""

    def __init__(self, get_response: Next) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        address = client_address(request.META.get("REMOTE_ADDR"))
        with acting(Actor(address=address, look_up=lambda: _user_of(request), told=set())):
            return self._get_response(request)


def _user_of(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None
