"""The settings of what is imported, checked by the forms of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ValidationError

from videos.api.serializers.images import ImageSettingsSerializer
from videos.api.serializers.imports import ImportSerializer
from videos.api.video_settings import VideoSettingsSerializer
from videos.ingest.images import ImageSettings
from videos.ingest.settings import VideoSettings
from videos.management.importing import kinds

Members = Mapping[str, Any]


def video(members: Members) -> VideoSettings:
    """Return the settings of a video. Raises ``ValidationError``."""
    form = VideoSettingsSerializer(data=members)
    form.is_valid(raise_exception=True)
    return form.settings()


def image(members: Members) -> ImageSettings:
    """Return the settings of an image. Raises ``ValidationError``."""
    form = ImageSettingsSerializer(data=members)
    form.is_valid(raise_exception=True)
    return form.settings()


def remote(url: str, kind: str, members: Members) -> ImportSerializer:
    """Return the valid request of an import from a URL. Raises ``ValidationError``."""
    form = ImportSerializer(data={**members, "url": url, "type": kind})
    form.is_valid(raise_exception=True)
    return form


def kind_of(own: Members, by_name: str) -> str:
    """Return what a file is to be: what its line says, else what its name says. Raises
    ``ValidationError``."""
    try:
        return str(ImportSerializer().fields["type"].run_validation(own.get("type", by_name)))
    except ValidationError as error:
        raise ValidationError({"type": error.detail}) from error


def members_for(kind: str, defaults: Members, own: Members) -> dict[str, Any]:
    """Return the members of a file's form: its own, and of those of the command line the ones that
    its kind has."""
    known = ImageSettings.__dataclass_fields__ if kind == kinds.IMAGE else defaults
    applied = {name: value for name, value in defaults.items() if name in known}
    return {name: value for name, value in {**applied, **own}.items() if name != "type"}
