"""Find out what protocol a port speaks, by another short request, if an exception does not tell."""

from __future__ import annotations

import socket
import ssl

_SECONDS = 1.5


def speaks_tls(host: str, port: int) -> bool:
    """Whether a TLS handshake succeeds, whatever certificate the server shows."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection((host, port), _SECONDS) as plain:
            context.wrap_socket(plain, server_hostname=host).close()
    except ssl.SSLError as error:
        # A server that demands a client certificate says so by a TLS alert.
        return "ALERT" in str(error.reason or "")
    except OSError:
        return False
    return True


def answer_to(host: str, port: int, sent: bytes) -> bytes:
    """Send bytes and return the first bytes of the answer, or none."""
    try:
        with socket.create_connection((host, port), _SECONDS) as plain:
            plain.sendall(sent)
            return plain.recv(200)
    except OSError:
        return b""
