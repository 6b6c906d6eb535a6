"""What allauth asks us."""

from smtplib import SMTPRecipientsRefused
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import ratelimit
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts import verification
from accounts.models import User
from config import mail

logger = structlog.get_logger(__name__)

# Whoever asked for one of these waits for it; the others only tell of something.
_AWAITED = (
    "password_reset_key",
    "unknown_account",
    "email_confirmation",
    "email_confirmation_signup",
    "account_already_exists",
)
# A page that shows the library, or asks to log in, says these by itself.
_SAID_BY_THE_PAGE = ("logged_in", "logged_out")


class MailUnavailable(Exception):
    """Raised when a mail that somebody waits for cannot be sent just now, or not from here."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # its base has no types
    """allauth as it is, with our words, and told when a mail cannot be sent."""

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """What an action has done is said on the page that follows."""
        if _name_of(message_template or "") not in _SAID_BY_THE_PAGE:
            super().add_message(request, level, message_template, *args, **kwargs)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the account."""
        return reverse("account")

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        """To the library; to log in for whoever opened the mail elsewhere."""
        return reverse("library" if self.request.user.is_authenticated else "account_login")

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether strangers may make an account."""
        return bool(settings.SIGNUP_OPEN)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Wrong passwords are counted by address alone: allauth would count anew for each host and
        port that a client writes into its request."""
        return str(credentials.get("email", "")).lower()

    def pre_login(self, request: HttpRequest, user: User, **about: Any) -> HttpResponse | None:
        """Whom the operator made has nothing to confirm."""
        if verification.is_made_by_operator(user):
            verification.trust(user)
        response: HttpResponse | None = super().pre_login(request, user, **about)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        """Raises ``MailUnavailable`` for a mail that somebody waits for, when none can be sent; one
        that only tells of something is not missed."""
        try:
            self._send(template_prefix, email, context)
        except MailUnavailable:
            # What was not sent is no reason to send nothing at the next request.
            ratelimit.clear(self.request, action="confirm_email", key=email.lower())
            if _name_of(template_prefix) in _AWAITED:
                raise

    def _send(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        if not mail.goes_anywhere():
            logger.warning("mail_not_sent", reason=mail.NO_SERVER, mail=template_prefix)
            raise MailUnavailable("This site cannot send mail. Ask its operator.")
        # A server that hangs is waited for: meanwhile others may need the connection.
        if not connection.in_atomic_block:
            connection.close()
        try:
            super().send_mail(template_prefix, email, context)
        except SMTPRecipientsRefused as error:
            logger.warning("mail_not_sent", reason=type(error).__name__, mail=template_prefix)
            raise MailUnavailable(
                "The mail server takes no mail for this address. Look whether it is right."
            ) from error
        except OSError as error:  # those of smtplib are, too
            logger.error("mail_not_sent", reason=type(error).__name__, mail=template_prefix)
            raise MailUnavailable(
                "The mail could not be sent: the mail server does not answer. Try again later."
            ) from error


def _name_of(template: str) -> str:
    return template.rsplit("/", 1)[-1].removesuffix(".txt")
