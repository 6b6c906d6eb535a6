"""What speaks at a port, where an exception does not tell: asked once more, and shortly."""

from __future__ import annotations

import socket
import ssl

_SECONDS = 1.5


def speaks_tls(host: str, port: int) -> bool:
    """Whether a handshake comes about, whatever certificate is shown."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection((host, port), _SECONDS) as plain:
            context.wrap_socket(plain, server_hostname=host).close()
    except ssl.SSLError as error:
        # One that wants a certificate of us says so in TLS.
        return "ALERT" in str(error.reason or "")
    except OSError:
        return False
    return True


def answer_to(host: str, port: int, sent: bytes) -> bytes:
    """The first bytes that come back, or none."""
    try:
        with socket.create_connection((host, port), _SECONDS) as plain:
            plain.sendall(sent)
            return plain.recv(200)
    except OSError:
        return b""
