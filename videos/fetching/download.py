"""Fetch a file to the local disk: bounded in time and size, resumed after a break, hashed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException

import requests
from django.conf import settings
from urllib3.exceptions import HTTPError

from videos.fetching import answers, client, errors, sites, sniff, urls
from videos.fetching.errors import FetchFailed
from videos.fetching.pace import Pace, Speed
from videos.fetching.partial import Partial, Validators
from videos.fetching.watch import Watch

_BLOCK_BYTES = 256 * 1024
_PAGE_BYTES = 512 * 1024
_PAUSE_SECONDS = 1.0
_MOST_PAGES = 2
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


@dataclass(frozen=True)
class Wanted:
    """What is to be fetched; ``sha256`` is in hex, or empty if it is not known."""

    url: str
    most_bytes: int
    sha256: str = ""


@dataclass(frozen=True)
class Fetched:
    """A file that is complete; ``filename`` is what the server calls it, or empty."""

    size: int
    sha256: str
    filename: str


@dataclass
class Fetch:
    """One attempt at a file. ``make_room(count)`` raises ``OSError`` if the disk has no room for
    that many more bytes."""

    wanted: Wanted
    partial: Partial
    should_stop: Callable[[], str | None]
    report: Callable[[Speed], None]
    make_room: Callable[[int], None]
    _url: str = ""
    _filename: str = ""
    _pace: Pace = field(default_factory=Pace)

    def run(self) -> Fetched:
        """Fetch the file. Raises ``FetchFailed``, ``FetchStopped`` or ``OSError``."""
        spent, silence = self.partial.spent, settings.FETCH_SILENCE_SECONDS
        seconds = settings.FETCH_SECONDS
        with Watch(self.should_stop, seconds=seconds, silence=silence, spent=spent) as watch:
            try:
                self._until_complete(watch)
            finally:
                self.partial.note(watch.seconds)
        return self._checked()

    def _until_complete(self, watch: Watch) -> None:
        """Receive, and go on after each break that came later than the one before."""
        if 0 < self.partial.size == self.partial.validators.total:
            return  # an earlier attempt received all of it, and could not store it
        self._url = sites.direct(self.wanted.url)
        while True:
            begun = self.partial.size
            try:
                if self._receive(watch):
                    return
            except FetchFailed as failure:
                if failure.code != "fetch_broken_off" or self.partial.size <= begun:
                    raise
            self._pause(watch)

    def _pause(self, watch: Watch) -> None:
        end = time.monotonic() + _PAUSE_SECONDS
        while time.monotonic() < end:
            watch.check()
            time.sleep(_PAUSE_SECONDS / 5)

    def _receive(self, watch: Watch) -> bool:
        """Receive what one request brings; return whether the file is complete."""
        for _ in range(_MOST_PAGES):
            with client.get(self._url, self._conditions(), watch) as answer:
                if answer.status_code == requests.codes.requested_range_not_satisfiable:
                    return self._begin_anew()
                self._require_success(answer)
                if (behind := self._behind_page(answer)) is None:
                    return self._take(answer, watch)
                self._url = behind
        raise errors.is_html()

    def _conditions(self) -> dict[str, str]:
        condition = self.partial.validators.condition
        if not self.partial.size or not condition:
            return {}
        return {"Range": f"bytes={self.partial.size}-", "If-Range": condition}

    def _begin_anew(self) -> bool:
        """Drop what is there, which the server says is not the beginning of the file. Returns
        False."""
        if not self.partial.size:
            raise errors.failed("The server sends only a part of the file. Upload the file.")
        self.partial.begin(Validators())
        return False

    def _require_success(self, answer: requests.Response) -> None:
        status = answer.status_code
        if status not in (200, 206):
            raise errors.of_status(status, may_expire=urls.may_expire(self._url))
        if answer.headers.get("Content-Encoding", "identity").lower() not in ("", "identity"):
            raise errors.failed("The server sends the file compressed. Use an address without.")

    def _behind_page(self, answer: requests.Response) -> str | None:
        """Return the URL behind a page in which a known site asks for a confirmation."""
        kind = answer.headers.get("Content-Type", "")
        if not kind.lower().startswith("text/html") or not sites.knows(answer.url):
            return None
        page = b""
        with suppress(HTTPError, OSError):
            while len(page) < _PAGE_BYTES and (block := answer.raw.read1(_BLOCK_BYTES)):
                page += block
        if (behind := sites.confirmed(answer.url, page)) is None:
            raise errors.is_html()
        return behind

    def _take(self, answer: requests.Response, watch: Watch) -> bool:
        """Write the body of an answer; return whether the file has arrived whole."""
        if not self._place(answer):
            return False
        total = self.partial.validators.total
        if total is not None:
            self._require_size(total)
            self.make_room(total - self.partial.size)
        self._filename = answers.name_in(answer.headers.get("Content-Disposition", ""))
        self._write(answer, watch)
        if total is not None and self.partial.size < total:
            raise errors.broken_off()
        return True

    def _place(self, answer: requests.Response) -> bool:
        """Begin anew if the body is the whole file, or go on where it goes on. Returns False if it
        is another part than was asked for; that is dropped."""
        if answer.status_code == requests.codes.ok:
            self.partial.begin(answers.validators_of(answer))
            return True
        match = _RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
        total = self.partial.validators.total
        if match and int(match[1]) == self.partial.size > 0 and _same(match[2], total):
            return True
        return self._begin_anew()

    def _write(self, answer: requests.Response, watch: Watch) -> None:
        while block := _next(answer, watch):
            watch.heard()
            watch.check()
            self._require_size(self.partial.size + len(block))
            young = self.partial.size < sniff.HEAD_BYTES
            self.partial.write(block)
            if young and self.partial.size >= sniff.HEAD_BYTES:
                self._require_no_page()
            self._tell()
        watch.check()
        self._require_no_page()

    def _require_no_page(self) -> None:
        if sniff.is_html(self.partial.head(sniff.HEAD_BYTES)):
            raise errors.is_html()

    def _require_size(self, size: int) -> None:
        if size > self.wanted.most_bytes:
            raise errors.too_large(self.wanted.most_bytes)

    def _tell(self) -> None:
        if self._pace.is_due(self.partial.size):
            self.make_room(0)
            total = self.partial.validators.total
            self.report(Speed(self.partial.size, total, self._pace.bytes_a_second))

    def _checked(self) -> Fetched:
        partial = self.partial
        if not partial.size:
            raise errors.failed("The file at the URL is empty. Use another one.")
        if self.wanted.sha256 and partial.sha256 != self.wanted.sha256.lower():
            raise errors.checksum_mismatch()
        return Fetched(partial.size, partial.sha256, self._filename)


def _next(answer: requests.Response, watch: Watch) -> bytes:
    """Return the bytes that are there, at least one, or none at the end of the body."""
    try:
        block: bytes = answer.raw.read1(_BLOCK_BYTES, decode_content=False)
    except (HTTPError, HTTPException, OSError) as error:
        watch.check()
        raise errors.broken_off() from error
    return block


def _same(told: str, total: int | None) -> bool:
    return told == "*" or total is None or told == str(total)
