"""An HTTP client for URLs that strangers name: public addresses only, few redirects, no secrets
passed on, nothing from the environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

import requests
from django.conf import settings
from requests.auth import HTTPBasicAuth
from urllib3.exceptions import HTTPError

from videos.fetching import addresses, errors, pinned, urls
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
        seen = cause_of(seen)
    if isinstance(error, requests.exceptions.SSLError):
        return errors.failed("The server's certificate is not valid. Use another address.")
    if isinstance(error, ValueError):
        return errors.failed("The URL, or one that it leads to, is no address of a file.")
    return errors.unreachable()


def cause_of(error: BaseException) -> BaseException | None:
    """Return the error that an error of the client wraps, if any."""
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
    private = settings.FETCH_PRIVATE
    way = pinned.Way(
        resolve=lambda scheme, host, port: addresses.resolve(host, port, private),
        watch=watch.add,
        connect_seconds=_CONNECT_SECONDS,
        # The watch is to end it first, which can say why.
        silence_seconds=settings.FETCH_SILENCE_SECONDS + 5.0,
    )
    return pinned.session(way, agent=_AGENT)
