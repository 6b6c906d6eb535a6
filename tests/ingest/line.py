"""A client's connection, on which a request is sent bit by bit while processes are killed."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from typing import Any, ClassVar

_SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    """What a server said; ``status`` is 0 if it was killed before."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        """The body's value."""
        return json.loads(self.body)


class Line:
    """One request to an address ``(host, port)``. A line that breaks takes the rest in silence.

    Those that nobody closes are in ``opened``.
    """

    opened: ClassVar[set[Line]] = set()

    def __init__(self, address: tuple[str, int], method: str, path: str, **headers: object) -> None:
        self._method = method
        self._socket: socket.socket | None = None
        with suppress(OSError):
            self._socket = socket.create_connection(address, timeout=_SECONDS)
            self.opened.add(self)
        named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        host = f"{address[0]}:{address[1]}"
        self.send(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{named}\r\n".encode())

    def send(self, data: bytes) -> None:
        """Send bytes."""
        if self._socket:
            with suppress(OSError):
                self._socket.sendall(data)

    def answer(self) -> Answer:
        """Wait for the answer, and close the line."""
        try:
            return self._heard() if self._socket else Answer()
        except (OSError, HTTPException):
            return Answer()
        finally:
            self.close()

    def close(self) -> None:
        """Break the line off."""
        if self._socket:
            self._socket.close()
            self._socket = None
            self.opened.discard(self)

    def _heard(self) -> Answer:
        assert self._socket
        response = HTTPResponse(self._socket, method=self._method)
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())


def close_all() -> None:
    """Close the lines whose clients never came back."""
    for line in list(Line.opened):
        line.close()
