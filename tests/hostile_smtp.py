"""A mail server for tests that may behave badly on purpose."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any


@dataclass
class MailServer:
    """What it took, and how it behaves: ``hang`` says nothing, ``trickle`` never comes to the end
    of a line; ``drops`` hangs up after that many mails were given whole, saying nothing;
    ``refuses`` is a recipient; ``slow`` the seconds that a mail takes; ``given`` is called when one
    was given, before it is answered."""

    port: int = 0
    manner: str = ""
    drops: int = 0
    refuses: str = "nobody@nowhere.example"
    slow: float = 0.0
    given: Callable[[], None] = lambda: None
    taken: list[Message] = field(default_factory=list)
    connections: int = 0


class _Handler(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        mail: MailServer = self.server.mail
        mail.connections += 1
        if mail.manner == "hang":
            self.rfile.readline()
            return
        while mail.manner == "trickle":
            self.wfile.write(b"2")
            time.sleep(0.05)
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            command = line.split()[0].upper()
            if command == "DATA":
                self._say("354 go on")
                mail.taken.append(self._message())
                mail.given()
                time.sleep(mail.slow)
                if mail.drops:
                    mail.drops -= 1
                    return
                self._say("250 taken")
            elif command == "RCPT" and mail.refuses in line:
                self._say("550 5.1.1 no such mailbox")
            else:
                self._say("250 well")
                if command == "QUIT":
                    return

    def _message(self) -> Message:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        return message_from_bytes(b"".join(lines))

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who hangs up, or is hung up on, is what is tried here."""


@contextmanager
def running_mail_server(**behaviour: Any) -> Iterator[MailServer]:
    """A mail server on a free port of this machine."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        mail = MailServer(port=server.server_address[1], **behaviour)
        server.mail = mail  # type: ignore[attr-defined]  # for the handlers
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield mail
        finally:
            server.shutdown()
            thread.join()
