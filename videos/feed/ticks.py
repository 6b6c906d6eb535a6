"""Progress ticks on their way to the feeds: at most one a second for each job, the newest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from videos.events import earlier
from videos.feed.parcels import Line, Parcel

SECONDS = 1.0


@dataclass(frozen=True)
class Tick:
    """How far a job of a video is. ``approved`` tells whether staff who may not moderate see the
    video."""

    owner_id: UUID
    video_id: UUID
    approved: bool
    parcel: Parcel

    @classmethod
    def of(cls, announced: Any) -> Tick:
        """Return the tick of an announcement."""
        message = {**earlier.members(announced["tick"]), "type": "progress"}
        return cls(
            owner_id=UUID(announced["owner"]),
            video_id=UUID(message["video"]),
            approved=announced["approved"],
            parcel=Parcel([Line(message)]),
        )


class Ticks:
    """Holds each job's newest tick back until the last one was told a second ago."""

    def __init__(self) -> None:
        self._waiting: dict[str, Any] = {}
        self._told: dict[str, float] = {}

    def note(self, announced: Any) -> None:
        """Keep a tick; a newer one of the same job takes its place."""
        tick = earlier.members(announced["tick"])
        self._waiting[tick["job"]] = announced

    def due(self, now: float) -> list[Tick]:
        """Return the ticks that may be told now, each only once."""
        self._told = {job: at for job, at in self._told.items() if now - at < SECONDS}
        jobs = [job for job in self._waiting if job not in self._told]
        self._told |= dict.fromkeys(jobs, now)
        return [Tick.of(self._waiting.pop(job)) for job in jobs]

    def seconds_left(self, now: float) -> float | None:
        """Return how long until a tick is due; None if none waits."""
        waits = [self._told.get(job, now - SECONDS) + SECONDS - now for job in self._waiting]
        return max(0.0, min(waits)) if waits else None
