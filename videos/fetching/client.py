"""An HTTP client for URLs that strangers name: public addresses only, few redirects, no secrets
passed on, nothing from the environment."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from requests_hardened import Config, HTTPSession
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NewConnectionError

from videos.fetching import addresses, errors, urls
from videos.fetching.addresses import Network
from videos.fetching.errors import FetchFailed
from videos.fetching.watch import Watch

MOST_REDIRECTS = 5
_CONNECT_SECONDS = 20.0
_REDIRECTS = (301, 302, 303, 307, 308)
_AGENT = "Vodloom"


@contextmanager
def get(url: str, headers: Mapping[str, str], watch: Watch) -> Iterator[requests.Response]:
    """Send GET, follow redirects, and return the answer with its body unread.

    Raises ``FetchFailed``, or what the watch raises.
    """
    with _session(watch) as session:
        answer = _followed(session, url, headers, watch)
        try:
            yield answer
        finally:
            answer.close()


@contextmanager
def post(
    url: str, body: bytes, headers: Mapping[str, str], watch: Watch
) -> Iterator[requests.Response]:
    """Send POST, follow no redirect, and return the answer with its body unread.

    Raises ``FetchFailed``, or what the watch raises.
    """
    _require(url)
    with _session(watch) as session:
        try:
            answer = session.post(
                url, data=body, headers=headers, stream=True, allow_redirects=False
            )
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            watch.check()
            raise _failure_of(error) from error
        try:
            watch.check()
            yield answer
        finally:
            answer.close()


def _followed(
    session: requests.Session, url: str, headers: Mapping[str, str], watch: Watch
) -> requests.Response:
    _require(url)
    address, auth = _without_user(url)
    first = urls.origin_of(address)
    for _ in range(MOST_REDIRECTS + 1):
        known = auth if urls.origin_of(address) == first else None
        answer = _sent(session, address, headers, known, watch)
        where = answer.headers.get("Location")
        if answer.status_code not in _REDIRECTS or not where:
            return answer
        answer.close()
        address = _redirected(address, where)
    raise errors.failed("The URL redirects too many times. Use the address of the file itself.")


def _redirected(url: str, where: str) -> str:
    """Return where a redirect leads, without a user and password of its making."""
    try:
        found = urljoin(url, where)
    except ValueError as error:
        raise errors.failed("The URL leads to an address that is none.") from error
    _require(found)
    return _without_user(found)[0]


def _sent(
    session: requests.Session,
    url: str,
    headers: Mapping[str, str],
    auth: HTTPBasicAuth | None,
    watch: Watch,
) -> requests.Response:
    sent = {"Accept": "*/*", "Accept-Encoding": "identity", **headers}
    try:
        answer = session.get(url, headers=sent, auth=auth, stream=True, allow_redirects=False)
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        watch.check()
        raise _failure_of(error) from error
    try:
        watch.check()
    except BaseException:
        answer.close()
        raise
    watch.heard()
    return answer


def _failure_of(error: BaseException) -> FetchFailed:
    """Return the failure behind an error of the client, which may have wrapped ours."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, FetchFailed):
            return seen
        seen = _cause_of(seen)
    if isinstance(error, requests.exceptions.SSLError):
        return errors.failed("The server's certificate is not valid. Use another address.")
    if isinstance(error, ValueError):
        return errors.failed("The URL, or one that it leads to, is no address of a file.")
    return errors.unreachable()


def _cause_of(error: BaseException) -> BaseException | None:
    reason = getattr(error, "reason", None) or next(iter(error.args), None)
    return reason if isinstance(reason, BaseException) else error.__cause__ or error.__context__


def _require(url: str) -> None:
    try:
        urls.require_fetchable(url, settings.FETCH_PRIVATE)
    except urls.UrlWrong as error:
        if error.code == "fetch_forbidden_address":
            raise errors.forbidden_address() from error
        raise errors.failed("The URL leads to an address that is not http or https.") from error


def _without_user(url: str) -> tuple[str, HTTPBasicAuth | None]:
    """Return a URL without its user and password, and these."""
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    if not user:
        return url, None
    name, _, password = user.partition(":")
    plain = urlunsplit((parts.scheme, host, parts.path, parts.query, ""))
    return plain, HTTPBasicAuth(unquote(name), unquote(password))


def _session(watch: Watch) -> requests.Session:
    """Return a session for one fetch: no proxies, no ``.netrc``, no redirects of its own."""
    session: requests.Session = HTTPSession(
        Config(
            ip_filter_enable=False,  # the adapter checks more, and the addresses it connects to
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            # The watch is to end it first, which can say why.
            default_timeout=(_CONNECT_SECONDS, settings.FETCH_SILENCE_SECONDS + 5.0),
            user_agent_override=_AGENT,
        )
    )
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, _PinningAdapter(watch.add, settings.FETCH_PRIVATE))
    return session


class _PinningAdapter(HTTPAdapter):
    """Connects only to addresses that were checked, and hands each connection to ``watch``."""

    def __init__(self, watch: Callable[[socket.socket], None], private: Sequence[Network]) -> None:
        super().__init__(max_retries=0)
        pools = _pools(watch, private)
        self.poolmanager.pool_classes_by_scheme = pools


def _pools(watch: Callable[[socket.socket], None], private: Sequence[Network]) -> dict[str, Any]:
    """Return pools whose connections resolve, check and connect in one step."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, watch, private)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, watch, private)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _connect(
    connection: HTTPConnection, watch: Callable[[socket.socket], None], private: Sequence[Network]
) -> socket.socket:
    host = connection.host.strip("[]")
    failure: OSError | None = None
    for address in addresses.resolve(host, connection.port, private):
        try:
            opened = socket.create_connection((address, connection.port), _CONNECT_SECONDS)
        except OSError as error:
            failure = error
        else:
            try:
                watch(opened)
            except BaseException:
                opened.close()
                raise
            return opened
    raise NewConnectionError(connection, "no address answers") from failure
