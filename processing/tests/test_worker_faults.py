"""A fault of a worker is not the video's: it hands its task back, and looks at itself."""

import shutil
from pathlib import Path

import pytest

from processing.ffmpeg.errors import ToolMissing
from processing.models import Task
from processing.pipeline import finish, retry, work
from processing.pipeline.claim import Allowance, claim
from processing.steps.chunk_validation import ChunksDiffer
from processing.steps.context import Outcome, TaskContext
from processing.tests.attempts import claimed, let_probe_do
from processing.workers import readiness
from videos.models import Video

pytestmark = pytest.mark.usefixtures("short_pauses")


@pytest.mark.django_db(transaction=True)
def test_a_fault_of_the_worker_is_not_the_videos_and_it_checks_itself(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(context: TaskContext) -> Outcome:
        raise ToolMissing

    faults = ["FFmpeg does not start."]
    let_probe_do(monkeypatch, run)
    monkeypatch.setattr("processing.workers.self_check.faults", lambda: faults)
    work.work_on(claimed())
    task = Task.objects.get()
    assert (task.state, task.attempts, task.error_code) == ("ready", 0, "ffmpeg_missing")
    assert readiness.why_not() == "FFmpeg does not start."
    Task.objects.update(not_before=None)
    work.drain("media")
    assert Task.objects.get().state == Task.State.READY
    faults.clear()
    monkeypatch.setattr(readiness._doubt, "_check_at", 0.0)
    assert readiness.why_not() == ""


@pytest.mark.django_db(transaction=True)
def test_a_work_folder_that_cannot_be_made_hands_the_task_back(
    video: Video, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("django.conf.settings.WORK_DIR", tmp_path / "file" / "work")
    (tmp_path / "file").write_text("in the way")
    work.work_on(claimed())
    task = Task.objects.get()
    assert (task.state, task.attempts) == ("ready", 0)
    assert task.error_code == "work_folder_unusable"
    assert readiness.why_not()


@pytest.mark.django_db(transaction=True)
def test_a_work_folder_that_was_taken_away_is_no_fault_of_the_video(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(context: TaskContext) -> Outcome:
        shutil.rmtree(context.folder)
        raise ChunksDiffer

    let_probe_do(monkeypatch, lose)
    work.work_on(claimed())
    task = Task.objects.get()
    assert (task.state, task.error_code, task.attempts) == ("ready", "work_folder_unusable", 0)


def test_what_one_worker_could_not_do_others_have_first(video: Video) -> None:
    finish.fail(claimed(), retry.classify(ToolMissing()))
    Task.objects.update(not_before=None)
    others = Allowance(others_alive=True)
    assert claim("media", worker="me", within=others) is None
    assert claim("media", worker="you", within=others) is not None
