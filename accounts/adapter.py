"""What allauth asks us."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # its base has no types
    """allauth as it is, but for the messages: pages say what happened by themselves."""

    def add_message(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """No "successfully signed in" above a library that shows it."""
