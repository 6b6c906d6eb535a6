"""Issue the addresses of images. They close within seconds when the image is deleted."""

from uuid import UUID

from django.urls import get_script_prefix

from videos.models import Image
from videos.playback import tokens
from videos.playback.gate import Audience
from videos.playback.media import IMAGE_ORIGINAL


def copy_url(image: Image) -> str:
    """Return the path of the copy that is shown."""
    return _address(image.pk, _name(image.copy_key))


def thumbnail_url(image: Image) -> str:
    """Return the path of the thumbnail."""
    return _address(image.pk, _name(image.thumbnail_key))


def original_url(image: Image) -> str:
    """Return the path of the untouched original, which is for its owner and staff only."""
    return _address(image.source_id, IMAGE_ORIGINAL)


def _address(pk: UUID, name: str) -> str:
    token = tokens.issue(pk, duration=0, audience=Audience.HELD)
    return f"{get_script_prefix()}m/{token}/{pk}/{name}"


def _name(key: str) -> str:
    return key.rpartition("/")[2]
