"""What a request may say about a new video, the same for every way in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from videos.models import Video

METADATA_BYTES = 16 * 1024
"""The most that a video's metadata may take, as JSON in UTF-8."""
MOST_TAGS = 50
TAG_LENGTH = 50


@dataclass(frozen=True)
class Clip:
    """The part of the source that becomes the video, in seconds of the source; without an end it
    goes on to the source's end."""

    start: float = 0.0
    end: float | None = None


@dataclass(frozen=True)
class VideoSettings:
    """The settings of a new video.

    ``folder`` is the id of one of the owner's folders. ``profile`` names an encoding profile; an
    empty one means the default. ``on_duplicate`` says what happens if the owner has a video with
    the same bytes: ``keep`` both, ``refuse`` the new one, or ``share`` the release.
    """

    title: str = ""
    description: str = ""
    visibility: str = Video.Visibility.PRIVATE
    folder: UUID | None = None
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    external_id: str = ""
    profile: str = ""
    clip: Clip | None = None
    expires_at: datetime | None = None
    original: str = Video.Original.KEEP
    on_duplicate: str = "keep"
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def columns(self) -> dict[str, Any]:
        """Return the settings that are fields of the video."""
        clip = self.clip or Clip()
        return {
            "description": self.description,
            "visibility": self.visibility,
            "folder_id": self.folder,
            "tags": list(self.tags),
            "metadata": dict(self.metadata),
            "external_id": self.external_id,
            "clip_start": clip.start or None,
            "clip_end": clip.end,
            "expires_at": self.expires_at,
            "original": self.original,
            "provenance": dict(self.provenance),
        }
