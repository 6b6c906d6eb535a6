"""A ready video that is made once and brought back as it was: rows and stored files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.core import serializers
from django.db import models, transaction

from accounts.models import User
from processing.models import EncodingProfile, EncodingRung
from videos import keys
from videos.models import Installation, Video
from videos.storage import originals, outputs
from videos.storage.disk import DiskStorage

_APPS = ("videos", "processing")
# What a test has anyway, and whose the storages are, which each finds out for itself.
_LEFT_OUT = (EncodingProfile, EncodingRung, Installation)


@dataclass
class MadeOnce:
    """Rows as JSON, and a folder with a copy of what both storages hold."""

    folder: Path
    rows: str = ""
    owner: str = ""
    video: str = ""

    def keep(self, video: Video) -> None:
        """Remember a video and everything beside it."""
        self.rows = serializers.serialize("json", _all_rows())
        self.owner, self.video = str(video.owner_id), str(video.pk)
        for name, place in _places().items():
            shutil.copytree(place, self.folder / name)
            (self.folder / name / keys.IDENTITY).unlink(missing_ok=True)

    def bring_back(self, owner: User) -> str:
        """Make everything as it was, for another owner; the video's key."""
        rows = self.rows.replace(self.owner, str(owner.pk))
        with transaction.atomic():
            for row in serializers.deserialize("json", rows):
                row.save()
        for name, place in _places().items():
            shutil.copytree(self.folder / name, place, dirs_exist_ok=True)
        return self.video


def fits() -> bool:
    """Whether all is stored in folders, and there is no video yet."""
    return len(_places()) == 2 and not Video._base_manager.exists()


def _places() -> dict[str, Path]:
    storages = {"originals": originals(), "outputs": outputs()}
    on_disk = {name: one for name, one in storages.items() if isinstance(one, DiskStorage)}
    return {name: Path(storage.path("")) for name, storage in on_disk.items()}


def _all_rows() -> Iterator[models.Model]:
    for model in (model for app in _APPS for model in apps.get_app_config(app).get_models()):
        if model not in _LEFT_OUT:
            yield from model._base_manager.all()
