"""Videos as rows and small objects, without anything being encoded."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from accounts.models import User
from processing.captions.document import Cue, Document
from tests.servers.s3 import S3
from videos import keys, objects
from videos.models import (
    Chunk,
    ContentFacts,
    Folder,
    Image,
    Picture,
    Release,
    Rendition,
    SceneHash,
    Sound,
    Source,
    StoredObject,
    Track,
    Video,
)
from videos.storage import originals, outputs
from videos.tracks import services as tracks

INIT = b"init" * 8
PICTURE = b"picture"
Role = StoredObject.Role


def keep_video(owner: User, *, chunks: int = 3, size: int = 100) -> Video:
    """A ready video with its original, a poster, a download and some chunks of one rendition."""
    source = _source(owner)
    release = Release.objects.create(pk=uuid4(), state="complete", completed_at=timezone.now())
    attempt = keys.attempt_prefix(release.pk, uuid4())
    Release.objects.filter(pk=release.pk).update(poster_key=_put(keys.poster(attempt), b"poster"))
    download = _put(keys.download(attempt, "180p"), b"download")
    rendition = Rendition.objects.create(
        release=release,
        kind="video",
        name="180p",
        codecs="avc1.64001f",
        timescale=1000,
        init_sha256=hashlib.sha256(INIT).hexdigest(),
        download_key=download,
        download_bytes=len(b"download"),
    )
    Chunk.objects.bulk_create(_chunk(rendition, attempt, n, size) for n in range(chunks))
    objects.register_releases([release.pk])
    objects.register_sources([source.pk])
    return Video.objects.create(
        owner=owner, status="ready", playable=True, source=source, release=release
    )


def give_captions(video: Video) -> Track:
    """Captions of one cue."""
    text = Document((Cue(0, 1000, "Hello"),))
    return tracks.add(video.pk, kind="captions", origin="api", text=text)


def give_sound(video: Video) -> Sound:
    """A commentary that was made for the release of a video."""
    assert video.release_id
    attempt = uuid4()
    key = keys.chunk(keys.attempt_prefix(video.release_id, attempt), "sound", 0)
    _register({key: Role.CHUNK}, attempt, release_id=video.release_id)
    track = tracks.add(video.pk, kind="audio", origin="file", label="Commentary")
    tracks.make_ready(track, ())
    return Sound.objects.create(
        track=track,
        release_id=video.release_id,
        key=key,
        bytes=len(PICTURE),
        init_bytes=1,
        codecs="mp4a.40.2",
        timescale=48000,
        bitrate=128_000,
        peak_bitrate=130_000,
        duration=48000,
        segments=[],
    )


def keep_image(owner: User, *, folder: Folder | None = None) -> Image:
    """An image with its original, its copy and its thumbnail, and a tag."""
    source, image_id = _source(owner), uuid4()
    shown = {name: keys.in_image(image_id, f"{name}.jpg") for name in ("copy", "thumbnail")}
    objects.register_sources([source.pk])
    _register({shown["copy"]: Role.IMAGE, shown["thumbnail"]: Role.THUMBNAIL}, image_id)
    return Image.objects.create(
        pk=image_id,
        owner=owner,
        source=source,
        format="jpeg",
        width=4,
        height=3,
        copy_key=shown["copy"],
        copy_bytes=len(PICTURE),
        thumbnail_key=shown["thumbnail"],
        thumbnail_bytes=len(PICTURE),
        folder=folder,
        tags=["kept"],
    )


def give_poster(video: Video) -> None:
    """Give a video a poster of its owner's."""
    poster = uuid4()
    shown: dict[str, str] = dict.fromkeys(keys.poster_files(poster), Role.POSTER)
    _register(shown, poster, video_id=video.pk)
    Video.objects.filter(pk=video.pk).update(own_poster=poster)


def give_picture(video: Video) -> Picture:
    """Give the release of a video a thumbnail, as a picture step does."""
    assert video.release_id
    attempt = uuid4()
    key = keys.picture(keys.attempt_prefix(video.release_id, attempt), "thumbnail-begin.jpg")
    _register({key: Role.PICTURE}, attempt, release_id=video.release_id)
    return Picture.objects.create(
        release_id=video.release_id,
        kind="thumbnails",
        name="thumbnail-begin.jpg",
        key=key,
        bytes=len(PICTURE),
        content_type="image/jpeg",
        width=4,
        height=3,
    )


def measure(video: Video) -> None:
    """Give the release of a video facts about its content, and the hash of a scene."""
    assert video.release_id
    ContentFacts.objects.create(release_id=video.release_id)
    SceneHash.of(video.release_id, 1.0, 1).save()


def _register(
    shown: dict[str, str],
    attempt: UUID,
    *,
    video_id: UUID | None = None,
    release_id: UUID | None = None,
) -> None:
    planned = [
        objects.Planned(key, StoredObject.Role(role), "image/jpeg", len(PICTURE))
        for key, role in shown.items()
    ]
    objects.write_ahead(planned, token=attempt, video_id=video_id, release_id=release_id)
    for key in shown:
        _put(key, PICTURE)
    objects.confirm(attempt)


def _source(owner: User) -> Source:
    data = uuid4().bytes * 10
    key = keys.new_original()
    originals().put_bytes(key, data, content_type="application/octet-stream")
    return Source.objects.create(
        owner=owner,
        key=key,
        filename="a.mp4",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        origin="command",
    )


def _chunk(rendition: Rendition, attempt: str, number: int, size: int) -> Chunk:
    data = (INIT + uuid4().bytes * size)[:size]
    return Chunk(
        rendition=rendition,
        number=number,
        key=_put(keys.chunk(attempt, "180p", number), data),
        bytes=len(data),
        init_bytes=len(INIT),
        start=number * 2000,
        duration=2000,
        segments=[],
    )


def _put(key: str, data: bytes) -> str:
    outputs().put_bytes(key, data, content_type="video/mp4")
    return key


def orphans(count: int) -> list[str]:
    """Outputs of our making that no row names."""
    attempt = keys.attempt_prefix(uuid4(), uuid4())
    return [_put(keys.chunk(attempt, "180p", number), b"orphan") for number in range(count)]


def make_old(settings: Any, *, then: datetime | None = None) -> None:
    """Everything on the disk was written days ago."""
    stamp = (then or timezone.now() - timedelta(days=2)).timestamp()
    for alias in ("originals", "outputs"):
        root = Path(settings.STORAGES[alias]["OPTIONS"]["location"])
        for path in root.rglob("*"):
            if path.name != keys.IDENTITY:
                os.utime(path, (stamp, stamp))


def everything() -> dict[str, int]:
    """What both storages hold for videos, with its bytes."""
    found = {}
    for name, storage in (("originals", originals()), ("outputs", outputs())):
        for one in storage.list_prefix(""):
            if not keys.is_housekeeping(one.key):
                found[f"{name}/{one.key}"] = one.size
    return found


def in_bucket(settings: Any, s3: S3) -> None:
    """Both storages are in a bucket, beneath a prefix of their own."""
    prefix = uuid4().hex
    stored_in(settings, lambda alias: bucket_place(s3, prefix, alias))


def stored_in(settings: Any, place_of: Callable[[str], dict[str, Any]]) -> None:
    """From now on both storages are where this says."""
    storages = settings.STORAGES
    for alias in ("originals", "outputs"):
        storages[alias] = place_of(alias)
    settings.STORAGES = storages


def bucket_place(s3: S3, prefix: str, alias: str) -> dict[str, Any]:
    """A storage in a bucket, as settings describe it."""
    return {
        "BACKEND": "videos.storage.s3.BucketStorage",
        "OPTIONS": {
            "bucket_name": s3.bucket,
            "location": f"{prefix}/{alias}",
            "endpoint_url": s3.endpoint_url,
            "region_name": s3.environment["S3_REGION"],
            "access_key": s3.keys.id,
            "secret_key": s3.keys.secret,
        },
    }


def disk_place(folder: Path, alias: str) -> dict[str, Any]:
    """A storage on the disk, as settings describe it."""
    options = {"location": folder / alias}
    return {"BACKEND": "videos.storage.disk.DiskStorage", "OPTIONS": options}


def faulty() -> dict[str, str]:
    """What is marked, by key."""
    rows = StoredObject.objects.exclude(fault="")
    return dict(rows.values_list("key", "fault"))
