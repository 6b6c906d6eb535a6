"""The models of the domain."""

from videos.models.content import ContentFacts, SceneHash
from videos.models.decision import DecisionsStand, ModerationDecision
from videos.models.event import Event, EventLog
from videos.models.folder import Folder
from videos.models.guarded import FullSaveRefused, GuardedModel
from videos.models.hook import GeneratedImage, Generation, HookAddress, HookDelivery
from videos.models.idempotency import IdempotencyKey
from videos.models.image import Image
from videos.models.installation import Installation, Walk
from videos.models.library import LibraryItem
from videos.models.notification import Notification
from videos.models.objects import StoredObject
from videos.models.picture import Picture
from videos.models.release import Chunk, Release, Rendition
from videos.models.sound import Sound
from videos.models.source import Source
from videos.models.track import Cue, Track
from videos.models.upload import Upload
from videos.models.video import Video
from videos.models.webhook import WebhookDelivery, WebhookEndpoint, WebhookReader

__all__ = [
    "Chunk",
    "ContentFacts",
    "Cue",
    "DecisionsStand",
    "Event",
    "EventLog",
    "Folder",
    "FullSaveRefused",
    "GeneratedImage",
    "Generation",
    "GuardedModel",
    "HookAddress",
    "HookDelivery",
    "IdempotencyKey",
    "Image",
    "Installation",
    "LibraryItem",
    "ModerationDecision",
    "Notification",
    "Picture",
    "Release",
    "Rendition",
    "SceneHash",
    "Sound",
    "Source",
    "StoredObject",
    "Track",
    "Upload",
    "Video",
    "Walk",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookReader",
]
