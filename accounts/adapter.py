"""What allauth asks us."""

from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts import verification
from accounts.models import User

logger = structlog.get_logger(__name__)

# Whoever asked for one of these waits for it; the others only tell of something.
_AWAITED = (
    "password_reset",
    "unknown_account",
    "email_confirmation",
    "account_already_exists",
)


class MailUnavailable(Exception):
    """Raised when a mail that somebody waits for cannot be sent just now."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # its base has no types
    """allauth as it is, but for the messages: pages say what happened by themselves."""

    def add_message(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """No "successfully signed in" above a library that shows it."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether strangers may make an account."""
        return bool(settings.SIGNUP_OPEN)

    def pre_login(self, request: HttpRequest, user: User, **about: Any) -> HttpResponse | None:
        """Whom the operator made, or trusts, has nothing to confirm."""
        if verification.is_made_by_operator(user):
            verification.trust(user)
        response: HttpResponse | None = super().pre_login(request, user, **about)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        """Raises ``MailUnavailable`` for a mail that somebody waits for, when the mail server does
        not answer; one that only tells of something is not missed."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:  # those of smtplib are, too
            logger.error("mail_not_sent", reason=type(error).__name__, mail=template_prefix)
            if template_prefix.rsplit("/", 1)[-1].startswith(_AWAITED):
                raise MailUnavailable from error
