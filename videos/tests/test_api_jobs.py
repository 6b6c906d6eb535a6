"""Jobs through the API."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from processing.models import Run, Task, Worker
from processing.monitoring import throughput
from processing.pipeline import finish, work
from processing.pipeline.claim import claim
from processing.pipeline.retry import Problem
from videos.models import Chunk, Video

URL = "/api/v1/jobs/"
BROKEN = Problem("encode_failed", "It broke.", 1, argv=("ffmpeg", "-i", "x.mp4"), log="a\nb")


@pytest.fixture
def failed_run(video: Video, work_off: Callable[[], None]) -> Run:
    """A run whose publishing failed after its chunks were made."""
    finish.fail(_work_until("publish"), BROKEN)
    return Run.objects.get()


def _work_until(kind: str, *, leaving: str = "") -> Task:
    """Do everything up to the task of a kind, which is claimed; what is left is only begun."""
    while task := claim("media", worker="w") or claim("encode", worker="w"):
        if task.kind == kind:
            return task
        if task.kind != leaving:
            work.work_on(task)
    return pytest.fail(f"there is no {kind}")


def test_a_job_tells_its_steps_their_timings_and_errors(api: APIClient, failed_run: Run) -> None:
    job = api.get(f"{URL}{failed_run.pk}/").json()
    assert (job["status"], job["profile"], job["video"]) == (
        "failed",
        "default",
        str(failed_run.video_id),
    )
    assert job["error"] == {"code": "encode_failed", "message": "It broke."}
    steps = {task["kind"]: task for task in job["tasks"]}
    assert steps["encode"]["state"] == "done"
    assert steps["encode"]["finished_at"] > steps["encode"]["started_at"]
    assert steps["publish"]["error"]["code"] == "encode_failed"
    assert steps["publish"]["log"] == ["a", "b"]
    assert steps["publish"]["attempts"] == 1


def test_where_a_step_runs_and_by_which_command_only_staff_are_told(
    api: APIClient, failed_run: Run, moderator: User, as_user: Callable[[User], APIClient]
) -> None:
    def encode_for(client: APIClient) -> dict[str, object]:
        tasks = client.get(f"{URL}{failed_run.pk}/").json()["tasks"]
        return next(task for task in tasks if task["kind"] == "encode")

    assert (encode_for(api)["worker"], encode_for(api)["argv"]) == (None, None)
    told = encode_for(as_user(moderator))
    assert told["worker"]
    assert told["argv"][0].endswith("ffmpeg")  # type: ignore[index]  # a list
    retried = api.post(f"{URL}{failed_run.pk}/retry/").json()
    assert {task["worker"] for task in retried["tasks"]} == {None}


def test_a_foreign_video_has_no_jobs_as_one_that_is_not_there(
    api: APIClient, failed_run: Run, stranger: User, as_user: Callable[[User], APIClient]
) -> None:
    def listed(client: APIClient, video: object) -> tuple[int, int]:
        answer = client.get(URL, {"video": str(video)})
        return answer.status_code, len(answer.json()["results"])

    assert listed(api, failed_run.video_id) == (200, 1)
    assert listed(as_user(stranger), failed_run.video_id) == (200, 0)
    assert listed(as_user(stranger), uuid4()) == (200, 0)
    assert api.get(URL, {"video": "x"}).status_code == 400


def test_argv_and_log_carry_no_path_of_ours(
    moderator: User,
    as_user: Callable[[User], APIClient],
    failed_run: Run,
    settings: LazySettings,
) -> None:
    api = as_user(moderator)
    text = api.get(f"{URL}{failed_run.pk}/").content.decode()
    assert str(settings.WORK_DIR) not in text
    assert str(settings.DATA_DIR) not in text


def test_retry_does_again_only_what_failed(
    api: APIClient, failed_run: Run, work_off: Callable[[], None]
) -> None:
    chunks = set(Chunk.objects.values_list("key", flat=True))
    answer = api.post(f"{URL}{failed_run.pk}/retry/")
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert Video.objects.get().status == Video.Status.PROCESSING
    work_off()
    assert Video.objects.get().status == Video.Status.READY
    assert set(Chunk.objects.values_list("key", flat=True)) == chunks
    assert set(Task.objects.filter(kind="encode").values_list("attempts", flat=True)) == {1}
    again = api.post(f"{URL}{failed_run.pk}/retry/")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_retry")


def test_retrying_a_canceled_job_makes_everything_again(
    api: APIClient, video: Video, work_off: Callable[[], None]
) -> None:
    run = Run.objects.get()
    assert api.post(f"{URL}{run.pk}/cancel/").json()["status"] == "canceled"
    assert api.post(f"{URL}{run.pk}/retry/").status_code == 202
    work_off()
    assert Video.objects.get().status == Video.Status.READY


def test_submitting_a_job_with_a_profile(
    api: APIClient, ready_video: Video, work_off: Callable[[], None]
) -> None:
    answer = api.post(URL, {"video": str(ready_video.pk), "profile": "audio"}, format="json")
    assert (answer.status_code, answer.json()["profile"]) == (202, "audio")
    work_off()
    renditions = api.get(f"/api/v1/videos/{ready_video.pk}/").json()["renditions"]
    assert [rendition["kind"] for rendition in renditions] == ["audio"]
    wrong = api.post(URL, {"video": str(ready_video.pk), "profile": "x"}, format="json")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid_choice")


def test_priorities_are_staffs_and_move_at_once(
    api: APIClient,
    take_in: Callable[[Path], Video],
    clip: Path,
    moderator: User,
    as_user: Callable[[User], APIClient],
) -> None:
    take_in(clip)
    late = take_in(clip)
    run = Run.objects.get(video=late)
    refused = api.patch(f"{URL}{run.pk}/", {"priority": 50}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "priority_not_allowed")
    answer = as_user(moderator).patch(f"{URL}{run.pk}/", {"priority": 50}, format="json")
    assert answer.json()["priority"] == 50
    task = claim("media", worker="w")
    assert task is not None
    assert task.run_id == run.pk


def test_jobs_of_others_are_404_and_staff_see_all(
    video: Video, stranger: User, moderator: User, as_user: Callable[[User], APIClient]
) -> None:
    run = Run.objects.get()
    client = as_user(stranger)
    assert client.get(URL).json()["results"] == []
    for method, path in [("get", ""), ("patch", ""), ("post", "cancel/"), ("post", "retry/")]:
        answer = getattr(client, method)(f"{URL}{run.pk}/{path}", {}, format="json")
        assert answer.status_code == 404
    assert client.post(URL, {"video": str(video.pk)}, format="json").status_code == 404
    assert len(as_user(moderator).get(URL).json()["results"]) == 1


def test_the_runs_of_a_video(api: APIClient, ready_video: Video) -> None:
    api.post(f"/api/v1/videos/{ready_video.pk}/reprocess/")
    jobs = api.get(f"/api/v1/videos/{ready_video.pk}/jobs/").json()["results"]
    assert [job["kind"] for job in jobs] == ["reprocess", "first"]


def test_a_page_of_jobs_costs_the_same_whatever_its_length(
    api: APIClient,
    take_in: Callable[[Path], Video],
    clip: Path,
    django_assert_num_queries: Any,
) -> None:
    take_in(clip)
    api.get(URL)
    with django_assert_num_queries(2):
        api.get(URL)
    for _ in range(4):
        take_in(clip)
    with django_assert_num_queries(2):
        assert len(api.get(URL).json()["results"]) == 5


@pytest.fixture
def three_inspected(
    take_in: Callable[[Path], Video], clip: Path, ready_video: Video
) -> list[Video]:
    """Three videos that wait for one encode worker, each for 20 seconds of work."""
    videos = [take_in(clip) for _ in range(3)]
    for _ in videos:
        task = claim("media", worker="w")
        assert task is not None
        work.work_on(task)
    Worker.objects.create(
        name="w",
        queues=["encode"],
        started_at="2026-01-01T00:00:00Z",
        last_seen="2100-01-01T00:00:00Z",
    )
    throughput.forget()
    Task.objects.filter(kind="encode", state="done").update(
        cost=1.0, started_at="2026-01-01T00:00:00Z", finished_at="2026-01-01T00:00:10Z"
    )
    Task.objects.filter(kind="publish", state="done").update(
        ready_at="2026-01-01T00:00:10Z", finished_at="2026-01-01T00:00:10Z"
    )
    Task.objects.filter(kind="encode", state="ready").update(cost=2.0)
    Task.objects.filter(kind="encode", state="blocked").update(cost=0.0)
    return videos


def test_who_waits_is_told_the_place_and_when(api: APIClient, three_inspected: list[Video]) -> None:
    told = [api.get(f"/api/v1/videos/{v.pk}/status/").json()["progress"] for v in three_inspected]
    assert [one["place"] for one in told] == [0, 1, 2]
    assert [one["eta_seconds"] for one in told] == pytest.approx([20, 40, 60], abs=1)


def test_what_is_blocked_waits_behind_all_that_wait_by_now(
    api: APIClient, three_inspected: list[Video]
) -> None:
    begins = claim("encode", worker="w")
    assert begins is not None
    Task.objects.filter(pk=begins.pk).update(cost=2.0)
    rest = Task.objects.filter(run=begins.run, kind="encode", state="blocked")
    assert rest.update(cost=2.0) == 1
    told = api.get(f"/api/v1/videos/{three_inspected[0].pk}/status/").json()["progress"]
    assert told["eta_seconds"] == pytest.approx(80, abs=1)


def test_before_the_file_was_looked_at_nobody_knows_how_long_it_takes(
    api: APIClient, take_in: Callable[[Path], Video], clip: Path, ready_video: Video
) -> None:
    throughput.forget()
    told = api.get(f"/api/v1/videos/{take_in(clip).pk}/status/").json()["progress"]
    assert (told["eta_seconds"], told["place"]) == (None, 0)


@pytest.mark.django_db(transaction=True)  # a lease is renewed by another connection
def test_the_rest_of_what_is_at_work_is_told_from_what_was_done(
    api: APIClient, video: Video
) -> None:
    throughput.forget()
    probe = claim("media", worker="w")
    assert probe is not None
    work.work_on(probe)
    encode = claim("encode", worker="w")
    assert encode is not None
    tasks = Task.objects.filter(run=encode.run)
    tasks.update(cost=0.0, started_at=None)
    began = timezone.now() - timedelta(seconds=1000)
    tasks.filter(pk=encode.pk).update(cost=4.0, progress=0.25, started_at=began)
    told = api.get(f"/api/v1/videos/{video.pk}/status/").json()["progress"]
    assert told["eta_seconds"] == pytest.approx(3000, rel=0.01)


def test_retrying_a_job_canceled_after_it_was_published_keeps_its_release(
    api: APIClient, video: Video, work_off: Callable[[], None]
) -> None:
    work.work_on(_work_until("publish", leaving="poster"))
    run = Run.objects.get()
    assert api.post(f"{URL}{run.pk}/cancel/").json()["status"] == "canceled"
    assert api.post(f"{URL}{run.pk}/retry/").status_code == 202
    work_off()
    video.refresh_from_db()
    assert (video.status, video.release_id) == (Video.Status.READY, run.pk)
    assert Task.objects.get(kind="poster").state == Task.State.DONE
