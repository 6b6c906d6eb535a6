"""Mail while no server is named: read by whoever sits at the terminal, and by nobody in a log."""

import sys

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends import console

logger = structlog.get_logger(__name__)


class NoServer(console.EmailBackend):
    """Shows a mail at a terminal, or where `DEBUG` is on. Elsewhere it would stand in the log with
    all that is in it, a link that opens an account for instance: only that it was not sent is said.
    """

    def write_message(self, message: EmailMessage) -> None:
        """One mail."""
        if settings.DEBUG or sys.stdout.isatty():
            super().write_message(message)
            return
        logger.warning(
            "mail_not_sent",
            reason="No mail server is named in EMAIL_URL.",
            recipients=len(message.recipients()),
        )
