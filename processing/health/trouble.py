"""Find out from an exception why a machine cannot connect to another."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from enum import Enum
from typing import Any

from urllib3.util.ssl_match_hostname import CertificateError


class Trouble(Enum):
    """The reasons why a connection failed."""

    UNKNOWN_HOST = "its name cannot be resolved"
    REFUSED = "nothing listens there"
    SILENT = "no answer came in time"
    CLOSED = "the connection was closed"
    NO_TLS = "it does not speak TLS"
    UNKNOWN_CA = "its certificate is signed by nobody this machine trusts"
    WRONG_NAME = "its certificate is for another name"
    EXPIRED = "its certificate is out of date"
    UNREACHABLE = "no way leads there"


# Certificate verification errors, as OpenSSL numbers them.
_EXPIRED, _NOT_YET, _WRONG_NAMES = 10, 9, (62, 64)
_NO_TLS = ("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE", "PACKET_LENGTH")
_NO_WAY = (errno.ENETUNREACH, errno.EHOSTUNREACH)
_DEEPEST = 20
# The most specific first.
_BY_CLASS: tuple[tuple[tuple[type[BaseException], ...], Trouble], ...] = (
    ((ssl.SSLEOFError, ssl.SSLZeroReturnError), Trouble.CLOSED),
    ((socket.gaierror,), Trouble.UNKNOWN_HOST),
    ((TimeoutError,), Trouble.SILENT),
    ((ConnectionRefusedError, FileNotFoundError), Trouble.REFUSED),
    ((ConnectionError,), Trouble.CLOSED),
    # In the SDK, urllib3 compares the names.
    ((CertificateError,), Trouble.WRONG_NAME),
)


def of(error: BaseException) -> Trouble | None:
    """Return the first trouble found in an exception and its causes, or None if there is none."""
    for one in causes(error):
        if trouble := _of(one):
            return trouble
    return None


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all its causes, wherever its library keeps them."""
    waiting, seen = [error], set[int]()
    while waiting and len(seen) < _DEEPEST:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        kept: list[Any] = [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
        kept += (getattr(one, "kwargs", None) or {}).values()
        waiting += [other for other in kept if isinstance(other, BaseException)]


def _of(error: BaseException) -> Trouble | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _of_certificate(error.verify_code)
    for kinds, trouble in _BY_CLASS:
        if isinstance(error, kinds):
            return trouble
    if isinstance(error, ssl.SSLError):
        reason = str(error.reason or "")
        return Trouble.NO_TLS if any(word in reason for word in _NO_TLS) else None
    if isinstance(error, OSError) and error.errno in _NO_WAY:
        return Trouble.UNREACHABLE
    return None


def _of_certificate(code: int) -> Trouble:
    if code in _WRONG_NAMES:
        return Trouble.WRONG_NAME
    return Trouble.EXPIRED if code in (_EXPIRED, _NOT_YET) else Trouble.UNKNOWN_CA
