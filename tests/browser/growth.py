"""Record the playlists of a release while it grows, at every change."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urljoin

import requests

EVERY_SECONDS = 0.2


@dataclass(frozen=True)
class Listed:
    """One state of a media playlist: its head, and for each segment a line with all its tags."""

    head: dict[str, str]
    segments: tuple[str, ...]
    complete: bool

    @classmethod
    def read(cls, text: str) -> Listed:
        """Parse the text of a playlist."""
        head: dict[str, str] = {}
        segments: list[str] = []
        told: list[str] = []
        for line in text.splitlines():
            if line.startswith(("#EXTINF", "#EXT-X-BYTERANGE")):
                told.append(line)
            elif not line.startswith("#"):
                segments.append(" ".join([*told, line]))
                told = []
            else:
                name, _, value = line.partition(":")
                head[name] = value
        return cls(head, tuple(segments), "#EXT-X-ENDLIST" in head)


@dataclass
class Growth:
    """All states that were seen, by the address of each media playlist."""

    master: str
    session: requests.Session = field(default_factory=requests.Session)
    seen: dict[str, list[Listed]] = field(default_factory=dict)
    hashes: dict[tuple[str, str], str] = field(default_factory=dict)
    trouble: list[str] = field(default_factory=list)

    def look(self) -> None:
        """Record each changed playlist, and the hashes of newly listed segments."""
        for address in self.playlists():
            now = Listed.read(self._text(address))
            states = self.seen.setdefault(address, [])
            if not states or states[-1] != now:
                states.append(now)
            for entry in self.entries(address, now):
                if entry not in self.hashes:
                    self.hashes[entry] = self.hash_of(entry)

    def playlists(self) -> list[str]:
        """Return the addresses of the media playlists that the multivariant playlist names now, but
        for those of texts."""
        names = []
        for line in self._text(self.master).splitlines():
            if line.startswith("#EXT-X-MEDIA:TYPE=SUBTITLES"):
                continue
            if line.startswith("#EXT-X-MEDIA:"):
                names.append(line.rpartition('URI="')[2].rstrip('"'))
            elif not line.startswith("#"):
                names.append(line)
        return [urljoin(self.master, name) for name in names]

    @staticmethod
    def entries(playlist: str, listed: Listed) -> Iterator[tuple[str, str]]:
        """Yield the address and the byte range of the init segment and of all segments; an empty
        range means all bytes."""
        name, _, its_range = listed.head["#EXT-X-MAP"].partition(",")
        uris = [(name.split('"')[1], its_range.split('"')[1] if its_range else "")]
        for segment in listed.segments:
            _, *ranges, uri = segment.split(" ")
            uris.append((uri, ranges[0].partition(":")[2] if ranges else ""))
        for uri, its_range in uris:
            size, _, offset = its_range.partition("@")
            asked = f"bytes={offset}-{int(offset) + int(size) - 1}" if its_range else ""
            yield urljoin(playlist, uri), asked

    def hash_of(self, entry: tuple[str, str]) -> str:
        """Return the hash of the bytes that an entry has now."""
        address, its_range = entry
        headers = {"Range": its_range} if its_range else {}
        answer = self.session.get(address, headers=headers, timeout=30)
        assert answer.status_code == (206 if its_range else 200), answer.status_code
        return hashlib.sha256(answer.content).hexdigest()

    def _text(self, address: str) -> str:
        answer = self.session.get(address, timeout=30)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.text


@contextmanager
def written_down(master: str) -> Iterator[Growth]:
    """Look at the playlists repeatedly in a thread while the context runs, and once more at its
    end."""
    growth = Growth(master)
    enough = threading.Event()

    def look_on() -> None:
        while not enough.wait(EVERY_SECONDS):
            try:
                growth.look()
            except (AssertionError, requests.RequestException) as trouble:
                growth.trouble.append(repr(trouble))

    watchman = threading.Thread(target=look_on)
    watchman.start()
    try:
        yield growth
    finally:
        enough.set()
        watchman.join()
    growth.look()
