"""Mail while no server is named: read by whoever sits at the terminal, and by nobody in a log."""

import sys

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends import console

NO_SERVER = "No mail server is named in EMAIL_URL."

logger = structlog.get_logger(__name__)


def goes_anywhere() -> bool:
    """Whether a mail reaches somebody: by a server, or at this terminal."""
    is_ours = f"{__name__}.{NoServer.__name__}" == settings.EMAIL_BACKEND
    return not is_ours or _is_read()


class NoServer(console.EmailBackend):
    """Shows a mail at a terminal, or where `DEBUG` is on. Elsewhere it would stand in the log with
    all that is in it, a link that opens an account for instance: only that it was not sent is said.
    """

    def write_message(self, message: EmailMessage) -> None:
        """One mail."""
        if _is_read():
            super().write_message(message)
            return
        logger.warning("mail_not_sent", reason=NO_SERVER, recipients=len(message.recipients()))


def _is_read() -> bool:
    return bool(settings.DEBUG or sys.stdout.isatty())
