"""The adapter through which allauth is customised."""

from smtplib import SMTPRecipientsRefused
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context, ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts import agents, key_addresses, known_devices, open_sessions, throttling, verification
from accounts.models import User
from config import mail

logger = structlog.get_logger(__name__)

# The user waits for these mails; the others only report something.
_AWAITED = (
    "password_reset_key",
    "unknown_account",
    "email_confirmation",
    "email_confirmation_signup",
    "account_already_exists",
)
# The ways to prove who one is before something sensitive is changed.
_WAYS = {
    "reauthenticate": "Use your password",
    "mfa_reauthenticate": "Use a code",
    "mfa_reauthenticate:webauthn": "Use a passkey",
}
# The library page and the log-in page make these two messages obvious.
_SAID_BY_THE_PAGE = ("logged_in", "logged_out")


class MailUnavailable(Exception):
    """Raised when a mail that a user waits for cannot be sent, now or from this site at all."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # its base has no types
    """allauth's default adapter with this site's wording, and an error when a mail cannot be
    sent."""

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Show the message on the next page, unless that page makes it obvious."""
        if _name_of(message_template or "") not in _SAID_BY_THE_PAGE:
            super().add_message(request, level, message_template, *args, **kwargs)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return to the page on which the password is changed."""
        return reverse("account_security")

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        """Go to the library, or to the log-in page if the link was opened in another browser."""
        return reverse("library" if self.request.user.is_authenticated else "account_login")

    def get_reauthentication_methods(self, user: User) -> list[dict[str, str]]:
        """Return allauth's ways to prove who one is, in this site's words."""
        ways: list[dict[str, str]] = super().get_reauthentication_methods(user)
        return [{**way, "description": _WAYS[way["id"]]} for way in ways]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether strangers may create an account."""
        return bool(settings.SIGNUP_OPEN)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that the server trusts, an IPv4 one in its own spelling."""
        ip: str = super().get_client_ip(request)
        return key_addresses.plain(ip) or ip

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt, by email address and by network, before the password is looked at;
        answer 429 if there were too many. allauth takes it back once the password was right."""
        account = str(credentials.get("email", ""))
        device = known_devices.known(request, account)
        usage = throttling.of_password(self.get_client_ip(request), account, device)
        if usage is not None and usage.is_over:
            refusal = ratelimit.respond_429(request)
            refusal["Retry-After"] = str(usage.seconds)
            raise ImmediateHttpResponse(refusal)
        self._login_failed_rl_usage = usage

    def require_password(self, user: User, password: str) -> None:
        """Raise ``ValidationError`` unless this is the password of a user who is logged in. It is
        counted like a log-in, so that nobody guesses it in a browser that was left open."""
        self.pre_authenticate(context.request, email=user.email)
        if not user.check_password(password):
            raise self.validation_error("enter_current_password")
        self._rollback_login_failed_rl_usage()

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """Forget the wrong passwords of an account, whose owner has just reset the password."""
        throttling.forget_passwords(str(credentials.get("email", "")))

    def post_login(self, request: HttpRequest, user: User, **about: Any) -> HttpResponse:
        """Let the browser be known to the account that logged in."""
        response: HttpResponse = super().post_login(request, user, **about)
        known_devices.remember(request, response, user.email)
        return response

    def logout(self, request: HttpRequest) -> None:
        """Log out, and forget from where the session was used."""
        open_sessions.forget(request.session.session_key)
        super().logout(request)

    def pre_login(self, request: HttpRequest, user: User, **about: Any) -> HttpResponse | None:
        """Confirm the address of a user whom the operator created, then log in as usual."""
        if verification.is_made_by_operator(user):
            verification.trust(user)
        response: HttpResponse | None = super().pre_login(request, user, **about)
        return response

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Send a mail about a change to the account, which names the browser it came from."""
        agent = agents.name_of(self.get_http_user_agent(self.request))
        context = {"user_agent": agent, **(context or {})}
        super().send_notification_mail(template_prefix, user, context, email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        """Send a mail. Raise ``MailUnavailable`` if it cannot be sent and the user waits for it; a
        mail that only reports something is dropped."""
        try:
            self._send(template_prefix, email, context)
        except MailUnavailable:
            # A mail that was not sent must not block the next attempt by its rate limit.
            ratelimit.clear(self.request, action="confirm_email", key=email.lower())
            if _name_of(template_prefix) in _AWAITED:
                raise

    def _send(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        if not mail.goes_anywhere():
            logger.warning("mail_not_sent", reason=mail.NO_SERVER, mail=template_prefix)
            raise MailUnavailable("This site cannot send mail. Ask its operator.")
        # A mail server may hang, and others may need the database connection meanwhile.
        if not connection.in_atomic_block:
            connection.close()
        try:
            super().send_mail(template_prefix, email, context)
        except SMTPRecipientsRefused as error:
            logger.warning("mail_not_sent", reason=type(error).__name__, mail=template_prefix)
            raise MailUnavailable(
                "The mail server takes no mail for this address. Look whether it is right."
            ) from error
        except OSError as error:  # smtplib's errors are OSErrors, too
            logger.error("mail_not_sent", reason=type(error).__name__, mail=template_prefix)
            raise MailUnavailable(
                "The mail could not be sent: the mail server does not answer. Try again later."
            ) from error


def _name_of(template: str) -> str:
    return template.rsplit("/", 1)[-1].removesuffix(".txt")
