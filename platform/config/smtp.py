"""An SMTP backend whose conversations end in time, whatever the server does.

smtplib limits only each wait for the next bytes (``EMAIL_TIMEOUT``), so a server that sends a byte
every few seconds holds a process for hours. This backend also limits the whole conversation.
"""

from __future__ import annotations

import smtplib
import socket
import threading
from contextlib import suppress
from typing import Any

from django.core.mail.backends import smtp

CONVERSATION_SECONDS = 60.0
"""The time limit of a conversation, from the connection on: more than a batch of mails takes, and
less than anybody waits."""


class _Bounded:
    """Mixin for smtplib's classes: hangs up when the time is over, which ends a wait with an
    error."""

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
        # The socket may have been closed, or wrapped in TLS, meanwhile.
        with suppress(OSError):
            if self.sock is not None:
                self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close as smtplib does, and cancel the timer."""
        if self._deadline is not None:
            self._deadline.cancel()
        base: Any = super()
        base.close()


class _Smtp(_Bounded, smtplib.SMTP):
    pass


class _SmtpSsl(_Bounded, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """Django's SMTP backend with a time limit on conversations."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """The smtplib class that talks to the server."""
        return _SmtpSsl if self.use_ssl else _Smtp
