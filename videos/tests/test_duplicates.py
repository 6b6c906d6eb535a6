"""The same file twice: both kept, the new one refused, or one release for both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models.functions import Now
from rest_framework.test import APIClient

from accounts.models import User
from processing import services as processing
from processing.models import Run
from videos import dropping, installation, keys, lifecycle, objects, purge
from videos.ingest import services as ingest
from videos.ingest import uploads
from videos.ingest.settings import Clip, VideoSettings
from videos.models import Release, Source, StoredObject, Upload, Video
from videos.playback import gate
from videos.storage import originals

URL = "/api/v1/videos/"


@pytest.fixture
def again(owner: User, clip: Path) -> Callable[..., Video]:
    """Take the same file in once more."""

    def take(*, by: User = owner, **asked: object) -> Video:
        file = ingest.describe_file(clip, protocol=Upload.Protocol.COMMAND)
        video = ingest.take_file(by, file, VideoSettings(**asked))  # type: ignore[arg-type]  # any
        return Video.objects.get(pk=video.pk)

    return take


def _stored() -> int:
    return sum(keys.is_original(one.key) for one in originals().list_prefix(""))


def _post(api: APIClient, clip: Path, **asked: object) -> Any:
    with clip.open("rb") as file:
        return api.post(URL, {"file": file, **asked})


def test_both_are_kept_and_the_later_tells_of_the_earlier(
    video: Video, api: APIClient, clip: Path
) -> None:
    answer = _post(api, clip)
    assert (answer.status_code, answer.json()["duplicate_of"]) == (201, str(video.pk))
    assert Source.objects.count() == 2
    assert api.get(f"{URL}{video.pk}/").json()["duplicate_of"] is None


def test_the_same_file_of_somebody_else_is_none(
    video: Video, again: Callable[..., Video], stranger: User
) -> None:
    assert again(by=stranger, on_duplicate="refuse").duplicate_of is None


@pytest.mark.parametrize("fields", [{"deleted_at": Now()}, {"status": "failed", "error_code": "x"}])
def test_what_is_deleted_or_failed_does_not_count(
    video: Video, again: Callable[..., Video], fields: dict[str, object]
) -> None:
    Video.objects.update(**fields)
    assert again(on_duplicate="refuse").duplicate_of is None


def test_a_refused_post_keeps_nothing(
    video: Video, api: APIClient, clip: Path, leftovers: Callable[[], list[Path]]
) -> None:
    answer = _post(api, clip, on_duplicate="refuse")
    told = answer.json()
    assert (told["status"], told["code"], told["video"]) == (409, "duplicate", str(video.pk))
    assert (Video.objects.count(), Upload.objects.count()) == (1, 1)
    assert _stored() == 1
    assert leftovers() == []


def test_a_refused_upload_fails_and_its_bytes_are_deleted(
    video: Video, owner: User, clip: Path
) -> None:
    upload = uploads.create(
        owner,
        VideoSettings(on_duplicate="refuse"),
        protocol=Upload.Protocol.TUS,
        filename="a.mp4",
        expires_in=timedelta(hours=1),
        receiving=True,
    )
    file = ingest.describe_file(clip, protocol=Upload.Protocol.TUS)
    originals().put_file(upload.key, clip, content_type="video/mp4")
    late = uploads.finish(upload, uploads.Stored(file.size, file.sha256))
    assert (late.status, late.error_code) == (Video.Status.FAILED, "duplicate")
    assert StoredObject.objects.get(key=upload.key).state == StoredObject.State.DELETING
    assert not Run.objects.filter(video=late).exists()


def test_a_shared_release_needs_no_job(
    ready_video: Video, again: Callable[..., Video], api: APIClient
) -> None:
    video = again(on_duplicate="share", title="The same")
    assert (video.status, video.release_id) == (Video.Status.READY, ready_video.release_id)
    assert (video.source_id, video.duplicate_of_id) == (ready_video.source_id, ready_video.pk)
    assert not Run.objects.filter(video=video).exists()
    told = api.get(f"{URL}{video.pk}/").json()
    assert (told["title"], told["playable"]) == ("The same", True)
    assert told["playback"]["hls"]
    assert installation.may_delete()
    objects.delete_marked()
    assert _stored() == 1


@pytest.mark.parametrize("asked", [{"clip": Clip(1.0)}, {"profile": "fast"}])
def test_what_would_be_made_otherwise_is_not_shared(
    ready_video: Video, again: Callable[..., Video], asked: dict[str, object]
) -> None:
    video = again(on_duplicate="share", **asked)
    assert video.status == Video.Status.PROCESSING
    assert video.source_id != ready_video.source_id


def test_a_video_whose_original_was_dropped_is_not_shared(
    ready_video: Video, again: Callable[..., Video]
) -> None:
    Video.objects.update(original="drop")
    assert dropping.drop_originals() == 1
    assert again(on_duplicate="share").status == Video.Status.PROCESSING


@pytest.mark.parametrize("first", ["earlier", "later"])
def test_the_files_stay_until_neither_needs_them(
    ready_video: Video, again: Callable[..., Video], first: str
) -> None:
    later = again(on_duplicate="share")
    one, other = (ready_video, later) if first == "earlier" else (later, ready_video)
    release = ready_video.release_id
    assert release is not None
    purge.purge(one)
    assert installation.may_delete()
    objects.delete_marked()
    purge.sweep_releases()
    assert Release.objects.get().state == Release.State.COMPLETE
    assert gate.look_up(release).admits(gate.Audience.HELD)
    kept = StoredObject.objects.filter(storage="outputs", state="stored").count()
    assert kept > 0
    purge.purge(other)
    assert not Release.objects.exists()
    assert not Source.objects.exists()
    assert StoredObject.objects.exclude(state="deleting").count() == 0


def test_a_new_release_of_one_leaves_that_of_the_other(
    ready_video: Video, again: Callable[..., Video], work_off: Callable[[], None]
) -> None:
    later = again(on_duplicate="share")
    processing.reprocess(Video.objects.get(pk=ready_video.pk))
    work_off()
    other = Video.objects.select_related("release").get(pk=later.pk)
    assert other.release_id == ready_video.release_id
    assert other.release is not None
    assert other.release.state == Release.State.COMPLETE
    assert Video.objects.get(pk=ready_video.pk).release_id != other.release_id


def test_an_address_is_open_as_long_as_one_of_them_is(
    ready_video: Video, again: Callable[..., Video]
) -> None:
    later = again(on_duplicate="share", title="Open", visibility="public")
    assert ready_video.release_id is not None
    standing = gate.look_up(ready_video.release_id)
    assert (standing.is_open, standing.title) == (True, "Open")
    lifecycle.delete(later.pk)
    standing = gate.look_up(ready_video.release_id)
    assert (standing.is_open, standing.is_deleted) == (False, False)
    lifecycle.delete(ready_video.pk)
    assert gate.look_up(ready_video.release_id).is_deleted


@pytest.mark.parametrize(
    ("asked", "status", "code"), [("refuse", "failed", "duplicate"), ("keep", "ready", "")]
)
def test_the_same_is_decided_where_the_hash_comes_late(
    ready_video: Video,
    again: Callable[..., Video],
    work_off: Callable[[], None],
    asked: str,
    status: str,
    code: str,
) -> None:
    late = again()
    Source.objects.filter(videos=late).update(sha256="")
    Upload.objects.filter(video=late).update(settings={"on_duplicate": asked})
    Video.objects.filter(pk=late.pk).update(duplicate_of=None)
    work_off()
    late = Video.objects.get(pk=late.pk)
    assert (late.status, late.error_code) == (status, code)
    assert late.duplicate_of_id == ready_video.pk
