"""Messages as they are sent: rendered once, however many feeds they go to."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

from videos.events import cursors, earlier
from videos.events.messages import message_of
from videos.feed import public
from videos.feed.hearing import Happened, Hearing, Share
from videos.models import Event

FRAME_EVENTS = 100
"""The most events in a frame of a socket."""


class Line:
    """One message as JSON, with the position it leads to, if it is kept in the log. After it,
    nothing may follow of the video that is ``over``."""

    def __init__(
        self, message: Mapping[str, Any], position: int | None = None, *, over: Any = None
    ) -> None:
        self.position = position
        self.over = over
        self.type = message["type"]
        self.text = json.dumps(message, separators=(",", ":"), ensure_ascii=False)


class Told:
    """An event and its messages, which are rendered when the first feed needs them."""

    def __init__(self, event: Event) -> None:
        self.position = event.position or 0
        self._event = event
        self.happened = Happened(
            type=earlier.kind(event.type),
            owner_id=event.owner_id,
            video_id=event.video_id,
            told=event.payload,
            is_public=public.is_public(earlier.kind(event.type), event.payload),
        )

    @cached_property
    def _message(self) -> Mapping[str, Any]:
        return message_of(self._event)

    @cached_property
    def _whole(self) -> Line:
        return Line(self._message, self.position)

    @cached_property
    def _public(self) -> Line:
        return Line(public.message(self._message), self.position)

    def message(self, share: Share) -> Mapping[str, Any] | None:
        """Return the message for a share of the event, unless that is nothing."""
        if share is Share.WHOLE:
            return self._message
        return public.message(self._message) if share is Share.PUBLIC else None

    @cached_property
    def _gone(self) -> Line:
        return gone(self.happened.video_id, self.position)

    def line(self, share: Share) -> Line | None:
        """Return the message for a share of the event."""
        if share is Share.WHOLE:
            return self._whole
        if share is Share.PUBLIC:
            return self._public
        return self._gone if share is Share.GONE else None


class Parcel:
    """Messages that go to one or more feeds together. ``gone`` are the videos of which nothing may
    follow."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.gone = frozenset(one.over for one in lines if one.over is not None)

    @cached_property
    def frame(self) -> str:
        """The text of a socket's frame: the message itself, or several as ``events``."""
        if len(self.lines) == 1:
            return self.lines[0].text
        return f'{{"type":"events","events":[{",".join(line.text for line in self.lines)}]}}'

    @cached_property
    def stream(self) -> bytes:
        """The messages as Server-Sent Events."""
        return "".join(_sent_event(line) for line in self.lines).encode()


class Ping(Parcel):
    """A sign of life. Its cursor also moves past the events of others, so that the cursor of a
    client that hears nothing for weeks does not expire."""

    def __init__(self, position: int) -> None:
        super().__init__([Line({"type": "ping", "cursor": cursors.encode(position)}, position)])


def joined(parcels: Collection[Parcel]) -> list[Parcel]:
    """Return the parcels joined to as few as possible. One alone stays as it is, since it is shared
    with other feeds."""
    if len(parcels) == 1:
        parcels = list(parcels)
        if len(parcels[0].lines) <= FRAME_EVENTS:
            return parcels
    lines = [line for parcel in parcels for line in parcel.lines]
    return [Parcel(lines[at : at + FRAME_EVENTS]) for at in range(0, len(lines), FRAME_EVENTS)]


def _sent_event(line: Line) -> str:
    mark = "" if line.position is None else f"id: {cursors.encode(line.position)}\n"
    return f"{mark}event: {line.type}\ndata: {line.text}\n\n"


def gone(video_id: Any, position: int | None = None) -> Line:
    """Return the message that nothing more is told of a video."""
    return Line({"type": "gone", "video": str(video_id)}, position, over=video_id)


def shared(hearing: Hearing, told: Sequence[Told], *, live: bool) -> Parcel | None:
    """Return what a hearing takes of some events; None if that is nothing. Only while they are
    ``live`` does an event end the following of its video: one that is read later may be out of
    date."""
    lines: list[Line] = []
    over: set[Any] = set()
    for one in told:
        video_id = one.happened.video_id
        share = hearing.share(one.happened) if video_id not in over else Share.NOTHING
        if share is Share.GONE:
            if not live:
                continue
            over.add(video_id)
        if (line := one.line(share)) is not None:
            lines.append(line)
    return Parcel(lines) if lines else None
