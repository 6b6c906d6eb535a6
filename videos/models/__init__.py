"""The models of the domain."""

from videos.models.decision import DecisionsStand, ModerationDecision
from videos.models.event import Event, EventLog
from videos.models.guarded import FullSaveRefused, GuardedModel
from videos.models.installation import Installation, Walk
from videos.models.objects import StoredObject
from videos.models.release import Chunk, Release, Rendition
from videos.models.source import Source
from videos.models.upload import Upload
from videos.models.video import LibraryItem, Video

__all__ = [
    "Chunk",
    "DecisionsStand",
    "Event",
    "EventLog",
    "FullSaveRefused",
    "GuardedModel",
    "Installation",
    "LibraryItem",
    "ModerationDecision",
    "Release",
    "Rendition",
    "Source",
    "StoredObject",
    "Upload",
    "Video",
    "Walk",
]
