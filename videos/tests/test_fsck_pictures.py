"""Lost pictures are made again by themselves, and their videos stay as they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models.functions import Now

from processing import remaking
from processing.models import Run, Task
from tests.servers.s3 import S3
from videos import installation, objects
from videos.inventory.findings import REMEDIES
from videos.models import Chunk, Picture, Release, Source, StoredObject, Video
from videos.storage import originals, outputs
from videos.tests.kept import faulty, give_poster, in_bucket, keep_video

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("every_picture")]


@pytest.fixture(autouse=True)
def _claimed(db: None) -> None:
    assert installation.may_delete()


def _fsck(*options: str) -> str:
    out = StringIO()
    try:
        call_command("fsck", *options, stdout=out)
    except SystemExit:
        pass
    return out.getvalue()


def _remedies(*options: str) -> dict[str, int]:
    summary = json.loads(_fsck("--json", *options).splitlines()[-1])
    return dict(summary["videos"])


def _mend(*options: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("reprocess", "--broken", *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def _queued() -> set[str]:
    return set(Task.objects.filter(state=Task.State.READY).values_list("kind", flat=True))


def _lose(kind: str) -> str:
    key = Picture.objects.filter(kind=kind).values_list("key", flat=True)[0]
    outputs().delete_key(key)
    return key


def _lose_poster() -> str:
    """The poster that only its release names is lost, as when no better one was looked for."""
    objects.mark_outputs(Picture.objects.filter(kind="candidates").values_list("key", flat=True))
    Picture.objects.filter(kind="candidates").delete()
    key = StoredObject.objects.filter(role="poster").values_list("key", flat=True)[0]
    StoredObject.objects.filter(key=key).update(state="stored")
    Release.objects.update(poster_key=key, small_poster_key="")
    outputs().delete_key(key)
    return key


def _move_to_bucket(settings: Any, s3: S3) -> None:
    kept = [
        (alias, one.key, b"".join(of().blocks(one.key)))
        for alias, of in (("originals", originals), ("outputs", outputs))
        for one in of().list_prefix("")
    ]
    in_bucket(settings, s3)
    for alias, key, data in kept:
        storage = originals() if alias == "originals" else outputs()
        storage.put_bytes(key, data, content_type="application/octet-stream")
    assert installation.may_delete()


@pytest.mark.parametrize("where", ["disk", "moto_server"])
def test_only_the_lost_kinds_are_made_again_while_the_video_plays(
    where: str,
    request: pytest.FixtureRequest,
    settings: Any,
    ready_video: Video,
    work_off: Callable[[], None],
) -> None:
    if where != "disk":
        _move_to_bucket(settings, request.getfixturevalue(where))
    release, done = ready_video.release_id, Task.objects.count()
    lost = {_lose("thumbnails"), _lose("storyboard")}
    said = _fsck("--repair")
    assert f"{ready_video.pk}  {REMEDIES['pictures']}" in said
    assert set(faulty()) == lost
    (notice,) = Release.objects.get().notices or []
    assert (notice["code"], notice["details"]["missing"]) == ("picture_missing", 2)
    assert "1 would get pictures." in _mend("--dry-run")[0]
    assert _queued() == set()
    assert f"{ready_video.pk} A clip: thumbnails, storyboard" in _mend()[0]
    assert _queued() == {"thumbnails", "storyboard"}
    assert Video.objects.get().status == Video.Status.READY
    work_off()
    video = Video.objects.get()
    assert (video.status, video.release_id) == (Video.Status.READY, release)
    assert Task.objects.count() == done
    assert not Release.objects.get().notices
    assert "0 reprocessed" in _mend()[0], "what is being deleted is not mended again"
    objects.delete_marked()
    assert _fsck() == "Rows and objects agree.\n"


def test_lost_pictures_count_as_missing(ready_video: Video, work_off: Callable[[], None]) -> None:
    _lose("preview")
    out = StringIO()
    call_command("reprocess", "--missing", "--dry-run", stdout=out)
    assert "0 would get pictures." in out.getvalue()
    _fsck("--repair")
    call_command("reprocess", "--missing", "--only", "waveform", stdout=StringIO())
    assert _queued() == set()
    call_command("reprocess", "--missing", stdout=StringIO())
    assert _queued() == {"preview"}
    work_off()
    assert not remaking.lacking(Video.objects.all(), remaking.KINDS).exists()
    assert not Release.objects.get().notices


@pytest.mark.parametrize("gone", ["dropped", "lost"])
def test_without_the_original_the_poster_is_taken_from_the_release(
    gone: str, ready_video: Video, work_off: Callable[[], None]
) -> None:
    key = _lose_poster()
    _lose("thumbnails")
    originals().delete_key(Source.objects.get().key)
    if gone == "dropped":
        Source.objects.update(dropped_at=Now())
        StoredObject.objects.filter(storage="originals").delete()
    expected = {"pictures": 1} if gone == "dropped" else {"pictures": 1, "plays": 1}
    assert _remedies("--repair") == expected
    _mend()
    assert _queued() == {"candidates", "thumbnails"}
    work_off()
    release = Release.objects.get()
    assert release.poster_key not in ("", key)
    assert outputs().object_size(release.poster_key) > 0
    assert Run.objects.get().status == Run.Status.SUCCEEDED


def test_a_lost_poster_is_made_again_from_the_original(
    ready_video: Video, work_off: Callable[[], None]
) -> None:
    key = _lose_poster()
    _fsck("--repair")
    _mend()
    assert _queued() == {"poster"}
    work_off()
    release = Release.objects.get()
    assert release.poster_key != key
    assert outputs().object_size(release.poster_key) > 0


def test_a_damaged_poster_is_not_taken_for_a_better_one(
    ready_video: Video, work_off: Callable[[], None]
) -> None:
    for key in Picture.objects.filter(name__startswith="poster-").values_list("key", flat=True):
        outputs().put_bytes(key, b"damaged", content_type="image/jpeg")
    assert _remedies("--repair") == {"pictures": 1}
    _mend()
    assert _queued() == {"candidates"}
    work_off()
    assert Task.objects.get(kind="candidates").state == Task.State.DONE
    assert outputs().object_size(Release.objects.get().poster_key) > len(b"damaged")


def test_with_a_lost_chunk_the_whole_is_made_again(ready_video: Video) -> None:
    _lose("thumbnails")
    outputs().delete_key(Chunk.objects.order_by("pk")[0].key)
    assert _remedies("--repair") == {"again": 1}
    codes = {one["code"] for one in Release.objects.get().notices or []}
    assert codes == {"output_missing", "picture_missing"}
    assert "1 reprocessed." in _mend()[0]
    assert {run.kind for run in Run.objects.all()} == {"first", "reprocess"}


def test_another_profile_is_for_the_whole(ready_video: Video) -> None:
    _lose("thumbnails")
    _fsck("--repair")
    assert "1 reprocessed." in _mend("--profile", "default")[0]


def test_a_video_whose_job_is_not_known_is_made_again_as_a_whole(owner: Any) -> None:
    keep_video(owner)
    outputs().delete_key(Release.objects.get().poster_key)
    assert _remedies("--repair") == {"again": 1}
    assert "1 reprocessed." in _mend()[0]


def test_a_poster_that_was_given_cannot_be_made_again(owner: Any) -> None:
    give_poster(keep_video(owner))
    key = StoredObject.objects.filter(key__startswith="posters/")[0].key
    outputs().delete_key(key)
    said = _fsck("--repair")
    assert REMEDIES["own_poster"] in said
    assert "reprocess --broken`." not in said
    assert faulty() == {key: "missing"}
    assert _mend()[0] == "0 reprocessed.\n"
