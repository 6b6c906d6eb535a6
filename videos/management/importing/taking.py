"""Take in one file for its owner, once: as a video, an image, or a video that a job fetches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings as site

from accounts.models import User
from processing.images.examine import ImageTooLarge
from videos import duplicates, purge
from videos.api.serializers.imports import ImportSerializer
from videos.ingest import image_imports, images, imports, uploads
from videos.ingest import services as ingest
from videos.ingest.images import ImageSettings
from videos.ingest.services import ArrivedFile, EmptyFile
from videos.ingest.settings import Clip, VideoSettings
from videos.management.importing import forms, kinds, ledger, reading
from videos.management.importing.forms import Members
from videos.management.importing.ledger import Taken
from videos.management.importing.reading import Readable
from videos.management.importing.reporting import Reporter
from videos.management.importing.sources import File, LocalFile, Remote
from videos.models import Image

# What an operator imports is not held to the owner's plan; it counts as stored all the same.
_NO_QUOTAS = uploads.Limits(quotas=False)


@dataclass
class Taker:
    """Imports files for an owner, with the ``defaults`` of the command line. ``again`` also imports
    what is there already; ``dry`` only looks."""

    owner: User
    defaults: Members
    again: bool
    dry: bool
    report: Reporter

    def take(self, file: File, own: Members) -> Taken | None:
        """Import a file, which may have settings of its own; return None if it only would be.

        Raises ``FileChanged``, ``OSError``, and what the API answers as problems.
        """
        kind = forms.kind_of(own, file.kind)
        members = forms.members_for(kind, self.defaults, own)
        if isinstance(file, Remote):
            form = forms.remote(file.url, kind, members)
            take_remote = self._remote_image if kind == kinds.IMAGE else self._remote_video
            return take_remote(file.url, form)
        if kind == kinds.IMAGE:
            return self._image(file, forms.image(members))
        return self._video(file, forms.video(members), skips="on_duplicate" not in members)

    def _once(
        self,
        identity: Sequence[object],
        check: Callable[[], None],
        act: Callable[[], Taken],
        look: Callable[[], Taken | None] = lambda: None,
    ) -> Taken | None:
        """Import unless that was done before; on a dry run ``check``, and ``look`` what is there.

        What was imported before is not checked: it has its external id itself.
        """

        def checked() -> Taken:
            check()
            return act()

        if not self.dry:
            if self.again:
                return checked()
            return ledger.once(self.owner, identity, checked, self.report.waits)
        known = None if self.again else ledger.look(self.owner, identity)
        if known is None:
            check()
        return known or look()

    def _video(self, file: Readable, settings: VideoSettings, *, skips: bool) -> Taken | None:
        """Import a video. ``skips`` says that the owner's videos of the same bytes count."""

        def check() -> None:
            uploads.require_allowed(self.owner, settings)
            if reading.size_of(file) == 0:
                raise EmptyFile

        def same(arrived: ArrivedFile) -> Taken | None:
            return self._same_video(arrived, settings) if skips and not self.again else None

        def act() -> Taken:
            with reading.arrived(file, self.report) as arrived:
                return same(arrived) or self._store(arrived, settings, reading.origin_of(file))

        def look() -> Taken | None:
            if not isinstance(file, LocalFile):
                return None
            with reading.arrived(file, self.report) as arrived:
                duplicates.require_none(self.owner, arrived.sha256, settings.on_duplicate)
                return same(arrived)

        return self._once([*reading.identity_of(file), _told(settings.clip)], check, act, look)

    def _store(self, arrived: ArrivedFile, settings: VideoSettings, origin: str) -> Taken:
        upload = ingest.begin_file(
            self.owner, arrived, settings, origin_url=origin, limits=_NO_QUOTAS
        )
        try:
            video = ingest.store_begun(upload, arrived)
        except (KeyboardInterrupt, ingest.FileChanged):
            if upload.video is not None:
                purge.purge(upload.video)
            raise
        return Taken(kinds.VIDEO, video.pk)

    def _image(self, file: Readable, settings: ImageSettings) -> Taken | None:
        def check() -> None:
            images.require_allowed(self.owner, settings)
            if (size := reading.size_of(file)) == 0:
                raise EmptyFile
            if size > site.MAX_IMAGE_BYTES:
                raise ImageTooLarge

        def same(arrived: ArrivedFile) -> Taken | None:
            return None if self.again else self._same_image(arrived)

        def act() -> Taken:
            origin = reading.origin_of(file)
            with reading.arrived(file, self.report, named=True) as arrived:
                if (there := same(arrived)) is not None:
                    return there
                image = images.take_image(
                    self.owner, arrived, settings, origin_url=origin, within_quotas=False
                )
                return Taken(kinds.IMAGE, image.pk)

        def look() -> Taken | None:
            if not isinstance(file, LocalFile):
                return None
            images.require_readable(file.path)
            with reading.arrived(file, self.report) as arrived:
                return same(arrived)

        return self._once([*reading.identity_of(file), _told(None)], check, act, look)

    def _remote_video(self, url: str, form: ImportSerializer) -> Taken | None:
        settings = form.settings()
        sha256 = form.validated_data.get("sha256", "")

        def act() -> Taken:
            upload, _ = imports.start(self.owner, url, settings, sha256=sha256, limits=_NO_QUOTAS)
            if upload.video is None:  # never, since only parts of tus have none
                raise uploads.UploadCanceled
            return Taken(kinds.VIDEO, upload.video.pk)

        identity = ["url", url, _told(settings.clip)]
        return self._once(identity, lambda: uploads.require_allowed(self.owner, settings), act)

    def _remote_image(self, url: str, form: ImportSerializer) -> Taken | None:
        settings = form.image_settings()
        sha256 = form.validated_data.get("sha256", "")

        def act() -> Taken:
            image = image_imports.import_url(self.owner, url, settings, sha256=sha256)
            return Taken(kinds.IMAGE, image.pk)

        identity = ["url", url, _told(None)]
        return self._once(identity, lambda: images.require_allowed(self.owner, settings), act)

    def _same_video(self, arrived: ArrivedFile, settings: VideoSettings) -> Taken | None:
        """Return the owner's video of the same bytes and clip."""
        clip = settings.clip or Clip()
        there = duplicates.earlier(
            self.owner.pk, arrived.sha256, clip_start=clip.start or None, clip_end=clip.end
        )
        return Taken(kinds.VIDEO, there.pk, new=False) if there else None

    def _same_image(self, arrived: ArrivedFile) -> Taken | None:
        same = Image.objects.filter(owner=self.owner, source__sha256=arrived.sha256)
        there = same.filter(deleted_at=None).order_by("pk").first()
        return Taken(kinds.IMAGE, there.pk, new=False) if there else None


def _told(clip: Clip | None) -> list[float | None]:
    return [clip.start, clip.end] if clip else []
