"""Whole runs with real FFmpeg, worked off here: what people see at the end."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from processing import services
from processing.models import Run, Task, Worker
from processing.pipeline import finish, work
from processing.pipeline.claim import claim
from processing.pipeline.lease import LeaseLost
from processing.queues import rows_of
from processing.steps import STEPS, tools
from processing.steps.context import Outcome, TaskContext
from processing.steps.step import Step
from processing.workers.machine import Machine
from videos import keys, objects, purge
from videos.models import Chunk, Release, Rendition, Source, StoredObject, Video
from videos.storage import originals, outputs


def test_a_clip_becomes_ready_with_renditions_audio_and_poster(ready_video: Video) -> None:
    release = ready_video.release
    assert release is not None
    assert release.state == Release.State.COMPLETE
    names = {r.name for r in release.renditions.all()}
    assert names == {"180p", "audio"}
    assert outputs().object_size(release.poster_key) > 1000
    assert Run.objects.get().status == Run.Status.SUCCEEDED


def test_every_chunk_decodes_and_has_the_sources_frames(ready_video: Video) -> None:
    chunks = Chunk.objects.filter(rendition__name="180p").order_by("number")
    assert [_frames(chunk) for chunk in chunks] == [25, 50]


def _frames(chunk: Chunk) -> int:
    count = ["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0"]
    count += ["-show_entries", "stream=nb_read_frames", "-of", "csv=p=0"]
    argv = [*count, str(outputs().local_path(chunk.key))]
    out = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    return int(out.strip().strip(","))


@pytest.mark.usefixtures("every_picture")
def test_nothing_stays_in_temporary_folders(
    video: Video, work_off: Callable[[], None], leftovers: Callable[[], list[Path]]
) -> None:
    work_off()
    video.refresh_from_db()
    assert video.status == Video.Status.READY
    assert leftovers() == []


def test_a_text_named_like_a_video_fails_with_a_code(
    take_in: Callable[[Path], Video],
    text_file: Path,
    work_off: Callable[[], None],
    leftovers: Callable[[], list[Path]],
) -> None:
    video = take_in(text_file)
    work_off()
    video.refresh_from_db()
    assert (video.status, video.error_code) == (Video.Status.FAILED, "source_not_video")
    assert not video.playable
    assert str(text_file.parent) not in video.error_message
    assert leftovers() == []


def test_a_source_deleted_behind_our_back_is_told(
    video: Video, work_off: Callable[[], None]
) -> None:
    originals().delete_key(Source.objects.get().key)
    work_off()
    video.refresh_from_db()
    assert (video.status, video.error_code) == (Video.Status.FAILED, "source_missing")


def test_every_step_run_twice_changes_nothing(
    video: Video, monkeypatch: pytest.MonkeyPatch, work_off: Callable[[], None]
) -> None:
    def twice(step: Step) -> Step:
        def run(context: TaskContext) -> Outcome:
            step.run(context)
            return step.run(context)

        return replace(step, run=run)

    for kind, step in STEPS.items():
        monkeypatch.setitem(STEPS, kind, twice(step))
    work_off()
    video.refresh_from_db()
    assert video.status == Video.Status.READY
    assert Chunk.objects.count() == 4
    assert Run.objects.get().status == Run.Status.SUCCEEDED


def test_a_zombie_that_wakes_after_its_task_was_done_changes_nothing(
    video: Video, work_off: Callable[[], None]
) -> None:
    zombie = claim("media", worker="frozen")
    assert zombie is not None
    Task.objects.filter(pk=zombie.pk).update(lease_until="2000-01-01T00:00:00Z")
    assert finish.rescue(zombie)
    work_off()
    before = list(Task.objects.order_by("id").values())
    work.work_on(zombie)
    assert list(Task.objects.order_by("id").values()) == before
    video.refresh_from_db()
    assert video.status == Video.Status.READY


def test_what_a_zombie_stores_overwrites_nothing(
    video: Video, work_off: Callable[[], None]
) -> None:
    work.work_on(claim("media", worker="a") or pytest.fail("no probe"))
    zombie = claim("encode", worker="frozen")
    assert zombie is not None
    Task.objects.filter(pk=zombie.pk).update(lease_until="2000-01-01T00:00:00Z")
    finish.rescue(zombie)
    work_off()
    listed = {chunk.key: chunk.bytes for chunk in Chunk.objects.all()}
    work.work_on(zombie)
    assert {chunk.key: chunk.bytes for chunk in Chunk.objects.all()} == listed
    assert not any(str(zombie.token) in key for key in listed)


def test_canceling_stops_the_run_and_nothing_can_finish_it(video: Video) -> None:
    task = claim("media", worker="me")
    assert task is not None
    services.cancel(video)
    video.refresh_from_db()
    assert video.status == Video.Status.CANCELED
    assert Run.objects.get().status == Run.Status.CANCELED
    with pytest.raises(LeaseLost):
        finish.release_task(task)


def test_canceling_a_ready_video_is_refused(ready_video: Video) -> None:
    with pytest.raises(services.NothingToCancel):
        services.cancel(ready_video)


def test_reprocessing_keeps_the_old_release_until_the_new_one_is_complete(
    ready_video: Video, work_off: Callable[[], None]
) -> None:
    old = ready_video.release_id
    assert old is not None
    run = services.reprocess(ready_video)
    ready_video.refresh_from_db()
    assert (ready_video.status, ready_video.release_id) == (Video.Status.READY, old)
    work_off()
    ready_video.refresh_from_db()
    assert (ready_video.status, ready_video.release_id) == (Video.Status.READY, run.release_id)
    assert Release.objects.get(pk=old).state == Release.State.RETIRED
    assert purge.sweep_releases() == 0
    Release.objects.filter(pk=old).update(keep_until=timezone.now())
    assert purge.sweep_releases() == 1
    objects.delete_marked()
    assert not list(outputs().list_prefix(f"releases/{old}/"))


def test_a_failed_reprocess_leaves_the_video_as_it_was(
    ready_video: Video, work_off: Callable[[], None]
) -> None:
    old = ready_video.release_id
    originals().delete_key(Source.objects.get().key)
    services.reprocess(ready_video)
    work_off()
    ready_video.refresh_from_db()
    assert (ready_video.status, ready_video.release_id) == (Video.Status.READY, old)
    assert ready_video.playable


def test_a_failed_video_can_be_tried_again(
    take_in: Callable[[Path], Video], text_file: Path, clip: Path, work_off: Callable[[], None]
) -> None:
    video = take_in(text_file)
    work_off()
    originals().put_file(Source.objects.get().key, clip, content_type="video/mp4")
    services.reprocess(Video.objects.select_related("source").get(pk=video.pk))
    work_off()
    video.refresh_from_db()
    assert (video.status, video.error_code) == (Video.Status.READY, "")


def test_a_video_is_processed_once_at_a_time(video: Video) -> None:
    video.refresh_from_db()
    with pytest.raises(services.AlreadyProcessing):
        services.reprocess(video)


def test_purging_leaves_no_object(ready_video: Video, settings: LazySettings) -> None:
    Source.objects.update(created_at="2000-01-01T00:00:00Z")
    purge.purge(ready_video)
    assert not Video.objects.exists()
    assert not Release.objects.exists()
    assert not Source.objects.exists()
    objects.delete_marked()
    assert not StoredObject.objects.exists()
    for storage in (originals(), outputs()):
        assert [stored.key for stored in storage.list_prefix("")] == [keys.IDENTITY]


def test_a_download_is_one_file_of_frames_and_audio(
    ready_video: Video, api: APIClient, leftovers: Callable[[], list[Path]]
) -> None:
    (offered,) = api.get(f"/api/v1/videos/{ready_video.pk}/").json()["playback"]["mp4"]
    row = Rendition.objects.exclude(download_key="").get()
    path = outputs().local_path(row.download_key)
    assert path is not None
    assert (offered["name"], offered["size"]) == (row.name, path.stat().st_size)
    key = row.download_key.removeprefix(f"releases/{row.release_id}/")
    assert offered["url"].endswith(f"{key}?download")
    asked = ["ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames"]
    argv = [*asked, "-select_streams", "v:0", "-of", "csv=p=0", str(path)]
    counted = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert int(counted.strip().strip(",")) == 75
    kinds = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0"]
    out = subprocess.run([*kinds, str(path)], capture_output=True, text=True, check=True).stdout
    assert out.split() == ["video", "audio"]
    assert leftovers() == []


def test_cores_are_shared_among_the_encodes_of_this_machine(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine("a machine", cores=8, memory=1)
    monkeypatch.setattr(tools, "this_machine", lambda: machine)
    seen = {"machine": machine.name, "started_at": timezone.now(), "last_seen": timezone.now()}
    for name in "abcd":
        Worker.objects.create(name=name, queues=["encode"], **seen)
    run = Run.objects.get()
    common = {"run": run, "owner": video.owner, "kind": "encode", "queue": rows_of("encode")}
    tasks = [
        Task.objects.create(number=n, machine=machine.name, state="ready", **common)
        for n in range(6)
    ]
    assert tools.threads(alone=False) == 2
    assert tools.threads(alone=True) == 8
    held = {"state": "running", "lease_until": timezone.now()}
    for task in tasks[:2]:
        Task.objects.filter(pk=task.pk).update(token=uuid4(), **held)
    Task.objects.filter(state="ready", kind="encode").update(state="done")
    assert tools.threads(alone=False) == 8


def test_the_threads_of_an_encode_are_counted_without_what_was_done_long_ago(db: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        tools.threads(alone=False)
    counted = next(query["sql"] for query in asked if '"processing_task"' in query["sql"])
    assert '"state" IN' in counted.split("WHERE")[-1]
