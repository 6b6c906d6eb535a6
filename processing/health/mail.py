"""Check mail: connect, use TLS and log in as for sending, but send nothing unless asked to."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from config import site_address
from config.mail import goes_anywhere
from processing.health import trouble
from processing.health.catalogue import mail as kinds
from processing.health.finding import CheckResult, Kind, well
from processing.health.trouble import Trouble

NAME = "Mail"
_SECONDS = 5
_UNSET = "no-reply@localhost"
_CERTIFICATE = (Trouble.UNKNOWN_CA, Trouble.WRONG_NAME, Trouble.EXPIRED)
_TROUBLES = {
    Trouble.UNKNOWN_HOST: kinds.UNKNOWN_HOST,
    Trouble.REFUSED: kinds.REFUSED,
    Trouble.SILENT: kinds.SILENT,
    Trouble.UNREACHABLE: kinds.SILENT,
    Trouble.CLOSED: kinds.SILENT,
    Trouble.NO_TLS: kinds.NO_TLS,
}
_SAID: tuple[tuple[tuple[type[Exception], ...], Kind], ...] = (
    ((smtplib.SMTPAuthenticationError,), kinds.WRONG_PASSWORD),
    ((smtplib.SMTPServerDisconnected,), kinds.SILENT),
    ((smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused), kinds.NOT_SENT),
)


def mail() -> list[CheckResult]:
    """Check that the mail server accepts the log-in."""
    return _looked_at(lambda: None)


def sending_to(address: str) -> Callable[[], list[CheckResult]]:
    """Return the mail check that also sends a message to ``address``."""

    def mail() -> list[CheckResult]:
        return _looked_at(lambda: _send(address)) if _is_smtp() else [kinds.TO_LOG.at(NAME)]

    return mail


def _looked_at(then: Callable[[], None]) -> list[CheckResult]:
    if not _is_smtp():
        return _without_server()
    server = get_connection(timeout=_SECONDS)
    try:
        server.open()
        then()
    except (smtplib.SMTPException, OSError) as error:
        return [_finding(error)]
    finally:
        _close(server)
    if _UNSET in settings.DEFAULT_FROM_EMAIL:
        return [kinds.SENDER.at(NAME, sender=_UNSET)]
    return [well(NAME, f"{settings.EMAIL_HOST} answers")]


def _without_server() -> list[CheckResult]:
    """Check a backend without a mail server. For a site on this machine only, that is fine."""
    if settings.SIGNUP_OPEN and not goes_anywhere():
        return [kinds.NOBODY_SIGNS_UP.at(NAME)]
    return [] if _is_at_home() else [kinds.TO_LOG.at(NAME)]


def _is_smtp() -> bool:
    return str(settings.EMAIL_BACKEND).endswith(".smtp.EmailBackend")


def _is_at_home() -> bool:
    """Whether the site is reached only from this machine, where people can read its log."""
    return all(
        site_address.is_local(urlsplit(one).hostname or "") for one in site_address.origins()
    )


def _send(address: str) -> None:
    text = "This message was sent by the doctor of your Vodloom: mail works."
    EmailMessage("Vodloom: mail works", text, to=[address], connection=None).send()


def _close(server: object) -> None:
    try:
        server.close()  # type: ignore[attr-defined]  # Django's backends have it
    except (smtplib.SMTPException, OSError):
        pass  # the connection is closed already


def _finding(error: Exception) -> CheckResult:
    where = f"{settings.EMAIL_HOST}, port {settings.EMAIL_PORT}"
    found = trouble.of(error)
    told = found.value if found else _words(error)
    return _kind(error, found).at(NAME, host=settings.EMAIL_HOST, where=where, error=told)


def _kind(error: Exception, found: Trouble | None) -> Kind:
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return kinds.NO_STARTTLS if "STARTTLS" in str(error) else kinds.NO_LOGIN
    for classes, kind in _SAID:
        if isinstance(error, classes):
            return kind
    if found:
        return kinds.CERTIFICATE if found in _CERTIFICATE else _TROUBLES[found]
    return kinds.NO_TLS if isinstance(error, ssl.SSLError) else kinds.OTHER


def _words(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
