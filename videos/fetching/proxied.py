"""The heads of requests to a proxy, and of answers that go through it (RFC 9112). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

_WRONG = "400 Bad Request"
# What holds for one connection alone, and may not be passed on.
_OWN = ("connection", "keep-alive", "proxy-connection", "proxy-authorization", "proxy-authenticate")


@dataclass(frozen=True)
class Asked:
    """A request: where to connect, what to send there first, and how many bytes follow it; a
    tunnel passes on whatever follows."""

    host: str
    port: int
    head: bytes
    body: int
    is_tunnel: bool


class Refused(Exception):
    """Raised for a request that is not passed on; ``status`` is what it is answered with."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


def parsed(head: bytes) -> Asked:
    """Return what the head of a request to a proxy asks for. Raises ``Refused``."""
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    try:
        method, target, version = first.split(" ")
        headers = [(name.strip(), value.strip()) for name, _, value in map(_split, lines)]
        if method == "CONNECT":
            parts = urlsplit(f"//{target}")
        else:
            parts = urlsplit(target)
            if parts.scheme != "http":
                raise ValueError(target)
        host, port = parts.hostname, parts.port
        if not host or port == 0 or not version.startswith("HTTP/1."):
            raise ValueError(target)
        body = _body_of(headers)
    except ValueError as error:
        raise Refused(_WRONG) from error
    if method == "CONNECT":
        return Asked(host, port or 443, b"", 0, True)
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    kept = [f"{name}: {value}" for name, value in headers if name.lower() not in _OWN]
    told = "\r\n".join([f"{method} {path} HTTP/1.1", *kept, "Connection: close", "", ""])
    return Asked(host, port or 80, told.encode("latin-1"), body, False)


def closing(head: bytes) -> bytes:
    """Return the head of an answer, which says now that no other one follows on its connection."""
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    kept = [line for line in lines if _split(line)[0].strip().lower() not in _OWN]
    return "\r\n".join([first, *kept, "Connection: close", "", ""]).encode("latin-1")


def _split(line: str) -> tuple[str, str, str]:
    return line.partition(":")


def _body_of(headers: Sequence[tuple[str, str]]) -> int:
    """Return the length of a request's body. Raises ``ValueError`` if that is not told plainly."""
    told = [value for name, value in headers if name.lower() == "content-length"]
    if any(name.lower() == "transfer-encoding" for name, _ in headers) or len(set(told)) > 1:
        raise ValueError(told)
    length = told[0] if told else "0"
    if not (length.isascii() and length.isdecimal()):
        raise ValueError(length)
    return int(length)
