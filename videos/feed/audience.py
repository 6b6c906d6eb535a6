"""Who hears what, found by owner and by video rather than by asking every feed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from videos.feed.hearing import Hearing
from videos.feed.streams import Stream


class Group:
    """The feeds that hear the same."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing = hearing
        self.streams: dict[Stream, None] = {}


class Audience:
    """The open feeds of an event loop, each in the group of its hearing."""

    def __init__(self) -> None:
        self._groups: dict[Hearing, Group] = {}
        self._by_key: defaultdict[Any, dict[Group, None]] = defaultdict(dict)

    def __iter__(self) -> Iterator[Stream]:
        return (stream for group in [*self._groups.values()] for stream in [*group.streams])

    def __contains__(self, stream: Stream) -> bool:
        group = self._groups.get(stream.hearing)
        return group is not None and stream in group.streams

    def __bool__(self) -> bool:
        return bool(self._groups)

    def add(self, stream: Stream) -> None:
        """Add a feed by its hearing."""
        group = self._groups.get(stream.hearing)
        if group is None:
            group = self._groups[stream.hearing] = Group(stream.hearing)
            for key in _keys(group.hearing):
                self._by_key[key][group] = None
        group.streams[stream] = None

    def remove(self, stream: Stream) -> None:
        """Remove a feed, whose hearing must be that with which it was added."""
        group = self._groups.get(stream.hearing)
        if group is None or group.streams.pop(stream, group) is group or group.streams:
            return
        del self._groups[group.hearing]
        for key in _keys(group.hearing):
            del self._by_key[key][group]
            if not self._by_key[key]:
                del self._by_key[key]

    def concerned(self, owner_id: UUID | None, video_id: UUID | None) -> dict[Group, None]:
        """Return the groups that may hear of something of this owner and video."""
        found: dict[Group, None] = {}
        for key in (("owner", owner_id), ("video", video_id), "everything"):
            found |= self._by_key.get(key, {})
        return found


def _keys(hearing: Hearing) -> Iterable[Any]:
    if hearing.own:
        yield "owner", hearing.user_id
    if hearing.everything:
        yield "everything"
    for video_id in hearing.whole | hearing.public:
        yield "video", video_id
