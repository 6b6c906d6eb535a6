"""What somebody follows, and what of each event they may hear.

``videos.access`` decides who may hear everything of a video and who only what everybody may learn.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any
from uuid import UUID

from accounts.models import User
from accounts.rights import Right, may
from videos import access

_OF_STAFF = (Right.VIEW_VIDEOS, Right.MODERATE, Right.VIEW_JOBS, Right.VIEW_IMAGES)


class Share(Enum):
    """How much of an event somebody may hear. ``GONE``: nothing any more of its video."""

    WHOLE = "whole"
    PUBLIC = "public"
    GONE = "gone"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Wish:
    """What somebody asked to follow: their own videos and images, all videos and images of all
    users, and single videos."""

    own: bool = False
    everything: bool = False
    videos: frozenset[UUID] = frozenset()

    @property
    def is_of_others(self) -> bool:
        """Whether it asks for what others may have a say in."""
        return self.everything or bool(self.videos)

    def without(self, videos: Collection[UUID]) -> Wish:
        """Return the wish without these videos."""
        return replace(self, videos=self.videos - frozenset(videos))


NOTHING = Wish()
OWN = Wish(own=True)


@dataclass(frozen=True)
class Happened:
    """What of an event decides who may hear it; ``told`` is its payload."""

    type: str
    owner_id: UUID | None
    video_id: UUID | None
    told: Mapping[str, Any]
    is_public: bool


@dataclass(frozen=True)
class Hearing:
    """What a user may hear of what they asked for: everything of ``whole``, and only what everybody
    may learn of ``public``. ``rights`` are those over what belongs to others."""

    user_id: UUID
    own: bool = False
    everything: bool = False
    whole: frozenset[UUID] = frozenset()
    public: frozenset[UUID] = frozenset()
    rights: frozenset[Right] = frozenset()

    def share(self, happened: Happened) -> Share:
        """Return how much of an event they may hear."""
        named = happened.video_id in self.whole
        if happened.owner_id == self.user_id and (self.own or self.everything or named):
            return Share.WHOLE
        if self.everything or named:
            if self._as_staff(happened):
                return Share.WHOLE
            return Share.GONE if named and self._is_hidden(happened) else Share.NOTHING
        if happened.video_id in self.public:
            if not access.was_open(happened.told):
                return Share.GONE
            return Share.PUBLIC if happened.is_public else Share.NOTHING
        return Share.NOTHING

    def hears_progress(self, owner_id: UUID, video_id: UUID, *, approved: bool) -> bool:
        """Return whether they may hear how far the jobs of a video are."""
        named = video_id in self.whole
        if owner_id == self.user_id:
            return self.own or self.everything or named
        seen = approved or Right.MODERATE in self.rights
        return (self.everything or named) and seen and Right.VIEW_JOBS in self.rights

    def _as_staff(self, happened: Happened) -> bool:
        if happened.type.startswith("image."):
            return Right.VIEW_IMAGES in self.rights
        if happened.type.startswith("job.") and Right.VIEW_JOBS not in self.rights:
            return False
        return Right.VIEW_VIDEOS in self.rights and not self._is_hidden(happened)

    def _is_hidden(self, happened: Happened) -> bool:
        return Right.MODERATE not in self.rights and not access.was_approved(happened.told)

    def without(self, videos: Collection[UUID]) -> Hearing:
        """Return the hearing without these videos."""
        gone = frozenset(videos)
        return replace(self, whole=self.whole - gone, public=self.public - gone)


def of(user: User, wish: Wish) -> Hearing:
    """Return what a user may hear of what they asked for. Reads the database."""
    rights = frozenset(right for right in _OF_STAFF if may(user, right))
    whole, public = access.followed_by(user, wish.videos) if wish.videos else (set(), set())
    return Hearing(
        user_id=user.pk,
        own=wish.own,
        everything=wish.everything and Right.VIEW_VIDEOS in rights,
        whole=frozenset(whole),
        public=frozenset(public),
        rights=rights if wish.everything or whole else frozenset(),
    )
