"""Take in one file for its owner: check its settings, hash it, and store it once."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings as site

from accounts.models import User
from processing.images.examine import ImageTooLarge
from videos import duplicates, purge
from videos.ingest import image_imports, images, imports, uploads
from videos.ingest import services as ingest
from videos.ingest.services import ArrivedFile, EmptyFile
from videos.ingest.settings import Clip, VideoSettings
from videos.management.importing import buckets, forms, kinds, ledger
from videos.management.importing.buckets import BucketObject
from videos.management.importing.forms import Members
from videos.management.importing.ledger import Taken
from videos.management.importing.reporting import Reporter
from videos.management.importing.sources import File, LocalFile, Remote
from videos.models import Image, Upload
from videos.naming import clean_filename

_PROTOCOL = Upload.Protocol.COMMAND


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

        Raises ``Unusable``, ``OSError``, and what the API answers as problems.
        """
        kind = forms.kind_of(own, file.kind)
        members = forms.members_for(kind, self.defaults, own)
        if isinstance(file, Remote):
            return self._from_url(file, kind, members)
        if kind == kinds.IMAGE:
            return self._image(file, members)
        return self._video(file, members)

    def _video(self, file: LocalFile | BucketObject, members: Members) -> Taken | None:
        settings = forms.video(members)
        uploads.require_allowed(self.owner, settings)
        size = size_of(file)
        if size == 0:
            raise EmptyFile

        def act() -> Taken:
            with self._arrived(file, size) as arrived:
                there = self._there(arrived.sha256, settings, members)
                return there or self._store(arrived, settings, file)

        if self.dry:
            return self._look_at(file, settings, members)
        return self._once(self._identity(file, settings), act)

    def _store(self, arrived: ArrivedFile, settings: VideoSettings, file: File) -> Taken:
        origin = file.name if isinstance(file, BucketObject) else ""
        upload = ingest.begin_file(self.owner, arrived, settings, origin_url=origin[:2000])
        try:
            video = ingest.store_begun(upload, arrived)
        except (KeyboardInterrupt, ingest.FileChanged):
            if upload.video is not None:
                purge.purge(upload.video)
            raise
        return Taken(kinds.VIDEO, video.pk)

    def _image(self, file: LocalFile | BucketObject, members: Members) -> Taken | None:
        settings = forms.image(members)
        images.require_allowed(self.owner, settings)
        size = size_of(file)
        if size == 0:
            raise EmptyFile
        if size > site.MAX_IMAGE_BYTES:
            raise ImageTooLarge

        def act() -> Taken:
            with self._arrived(file, size, named=True) as arrived:
                there = None if self.again else self._same_image(arrived.sha256)
                if there is not None:
                    return there
                image = images.take_image(self.owner, arrived, settings)
                return Taken(kinds.IMAGE, image.pk)

        if self.dry:
            return self._look_at_image(file)
        return self._once(self._identity(file, None), act)

    def _from_url(self, file: Remote, kind: str, members: Members) -> Taken | None:
        form = forms.remote(file.url, kind, members)
        sha256 = form.validated_data.get("sha256", "")
        clip = None if kind == kinds.IMAGE else form.settings().clip
        identity = ["url", file.url, _told(clip)]
        if kind == kinds.IMAGE:
            images.require_allowed(self.owner, form.image_settings())
        else:
            uploads.require_allowed(self.owner, form.settings())

        def act() -> Taken:
            if kind == kinds.IMAGE:
                wanted = form.image_settings()
                image = image_imports.import_url(self.owner, file.url, wanted, sha256=sha256)
                return Taken(kind, image.pk)
            upload, _ = imports.start(self.owner, file.url, form.settings(), sha256=sha256)
            if upload.video is None:
                raise uploads.UploadCanceled
            return Taken(kind, upload.video.pk)

        if self.dry:
            return None if self.again else ledger.look(self.owner, identity)
        return self._once(identity, act)

    def _once(self, identity: list[Any], act: Callable[[], Taken]) -> Taken:
        return act() if self.again else ledger.once(self.owner, identity, act, self.report.waits)

    def _look_at(
        self, file: LocalFile | BucketObject, settings: VideoSettings, members: Members
    ) -> Taken | None:
        """Return what a file has become already, as far as can be told without fetching it."""
        known = None if self.again else ledger.look(self.owner, self._identity(file, settings))
        if known or isinstance(file, BucketObject):
            return known
        with self._arrived(file, size_of(file)) as arrived:
            duplicates.require_none(self.owner, arrived.sha256, settings.on_duplicate)
            return self._there(arrived.sha256, settings, members)

    def _look_at_image(self, file: LocalFile | BucketObject) -> Taken | None:
        known = None if self.again else ledger.look(self.owner, self._identity(file, None))
        if known or isinstance(file, BucketObject):
            return known
        images.require_readable(file.path)
        with self._arrived(file, size_of(file)) as arrived:
            return None if self.again else self._same_image(arrived.sha256)

    def _there(self, sha256: str, settings: VideoSettings, members: Members) -> Taken | None:
        """Return the owner's video of the same bytes, unless it was said what to do then."""
        if self.again or "on_duplicate" in members:
            return None
        clip = settings.clip or Clip()
        columns: dict[str, Any] = {"clip_start": clip.start or None, "clip_end": clip.end}
        there = duplicates.earlier(self.owner.pk, sha256, **columns)
        return Taken(kinds.VIDEO, there.pk, new=False) if there else None

    def _same_image(self, sha256: str) -> Taken | None:
        same = Image.objects.filter(owner=self.owner, source__sha256=sha256, deleted_at=None)
        there = same.order_by("pk").first()
        return Taken(kinds.IMAGE, there.pk, new=False) if there else None

    def _identity(
        self, file: LocalFile | BucketObject, settings: VideoSettings | None
    ) -> list[Any]:
        """Return what tells a version of a file, and what is made of it, from others."""
        clip = _told(settings.clip if settings else None)
        if isinstance(file, BucketObject):
            return ["s3", buckets.place_of(file.bucket), file.name, file.etag, file.size, clip]
        found = file.path.stat()
        return ["file", os.fspath(file.path.resolve()), found.st_size, found.st_mtime_ns, clip]

    @contextmanager
    def _arrived(
        self, file: LocalFile | BucketObject, size: int, *, named: bool = False
    ) -> Iterator[ArrivedFile]:
        """Yield a file, hashed, on this machine. What was fetched is gone afterwards, also if the
        process is killed, unless it must have a name."""
        with self.report.reading(file.name, size) as read:
            if isinstance(file, LocalFile):
                yield ingest.describe_file(file.path, protocol=_PROTOCOL, read=read)
                return
            image_imports.require_room(size)
            ingest.let_go_of_database()
            opened = tempfile.NamedTemporaryFile if named else tempfile.TemporaryFile
            with opened(dir=site.UPLOAD_DIR) as spool:
                sha256 = buckets.read(file, spool, read)
                path = spool.name if named else f"/proc/self/fd/{spool.fileno()}"
                name = clean_filename(file.key)
                yield ArrivedFile(Path(path), name, size, sha256, _PROTOCOL, keep=True)


def size_of(file: LocalFile | BucketObject) -> int:
    """Return the size of a file in bytes."""
    return file.size if isinstance(file, BucketObject) else file.path.stat().st_size


def _told(clip: Clip | None) -> list[Any]:
    return [clip.start, clip.end] if clip else []
