"""SMTP that comes to an end, whatever the server does.

smtplib bounds each wait for the next bytes (``EMAIL_TIMEOUT``), so that a server that says one
every few seconds holds a process for hours. Here a whole conversation is bounded too.
"""

from __future__ import annotations

import smtplib
import socket
import threading
from contextlib import suppress
from typing import Any

from django.core.mail.backends import smtp

CONVERSATION_SECONDS = 60.0
"""From the connection on: more than a batch of mails takes, and less than anybody waits."""


class _Bounded:
    """For smtplib's classes: hangs up when the time is over, and the wait becomes an error."""

    sock: socket.socket | None
    _deadline: threading.Timer | None = None

    def _get_socket(self, *args: Any) -> socket.socket:
        base: Any = super()
        made: socket.socket = base._get_socket(*args)
        self._deadline = threading.Timer(CONVERSATION_SECONDS, self._hang_up)
        self._deadline.daemon = True
        self._deadline.start()
        return made

    def _hang_up(self) -> None:
        # It may have been closed, or wrapped in TLS, meanwhile.
        with suppress(OSError):
            if self.sock is not None:
                self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """As smtplib does it, after which there is nothing to hang up."""
        if self._deadline is not None:
            self._deadline.cancel()
        base: Any = super()
        base.close()


class _Smtp(_Bounded, smtplib.SMTP):
    pass


class _SmtpSsl(_Bounded, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """Django's, with bounded conversations."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """What talks to the server."""
        return _SmtpSsl if self.use_ssl else _Smtp
