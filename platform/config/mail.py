"""Mail while no mail server is configured: shown at a terminal, and never written to a log."""

import sys

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends import console

NO_SERVER = "No mail server is named in EMAIL_URL."

logger = structlog.get_logger(__name__)


def goes_anywhere() -> bool:
    """Whether mails reach somebody: through a mail server or at this terminal."""
    is_ours = f"{__name__}.{NoServer.__name__}" == settings.EMAIL_BACKEND
    return not is_ours or _is_read()


class NoServer(console.EmailBackend):
    """Mail backend that shows mails at a terminal, or if ``DEBUG`` is on. Otherwise it logs only
    that a mail was not sent: the text may hold secrets, such as a link that opens an account.
    """

    def write_message(self, message: EmailMessage) -> None:
        """Show one mail, or log that it was not sent."""
        if _is_read():
            super().write_message(message)
            return
        logger.warning("mail_not_sent", reason=NO_SERVER, recipients=len(message.recipients()))


def _is_read() -> bool:
    return bool(settings.DEBUG or sys.stdout.isatty())
