"""What is said of a video that differs from its file: from the probe to API, page and admin."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from processing import services
from processing.ffmpeg.counted import Counted
from processing.ffmpeg.media import Media
from processing.ffmpeg.notices import KINDS
from processing.models import EncodingProfile, Run, Task
from processing.pipeline import work
from processing.pipeline.claim import claim
from videos.models import Release, Video

FFMPEG = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]


@pytest.fixture
def rich(tmp_path: Path) -> Path:
    """120 frames a second, 5.1 audio, subtitles and chapters."""
    texts = tmp_path / "a.srt"
    texts.write_text("1\n00:00:00,000 --> 00:00:01,000\nHello\n")
    chapters = tmp_path / "a.txt"
    chapter = "[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=One\n"
    chapters.write_text(f";FFMETADATA1\n{chapter}")
    path = tmp_path / "rich.mkv"
    argv = [*FFMPEG, "-f", "lavfi", "-i", "testsrc2=s=160x120:r=120:d=1"]
    argv += ["-f", "lavfi", "-i", "sine=d=1", "-i", str(texts), "-i", str(chapters)]
    argv += ["-map", "0", "-map", "1", "-map", "2", "-map_metadata", "3", *X264]
    argv += ["-c:a", "flac", "-ac", "6", "-c:s", "srt", "-metadata:s:s:0", "language=eng"]
    subprocess.run([*argv, str(path)], check=True)
    return path


@pytest.fixture
def told(
    rich: Path, take_in: Callable[[Path], Video], work_off: Callable[[], None], api: APIClient
) -> dict[str, Any]:
    """The rich file as the API tells it."""
    video = take_in(rich)
    work_off()
    answer: dict[str, Any] = api.get(f"/api/v1/videos/{video.pk}/").json()
    return answer


def test_everything_that_differs_is_said_everywhere(
    told: dict[str, Any], owner: User, moderator: User
) -> None:
    notices = {notice["code"]: notice for notice in told["notices"]}
    assert list(notices) == ["channels_downmixed", "frames_dropped"]
    dropped = notices["frames_dropped"]["details"]
    assert (dropped["frames"], dropped["rate"]) == (120, "60")
    assert dropped["dropped"] in (59, 60)  # the last stands between two of the grid
    assert notices["channels_downmixed"]["details"] == {"channels": 6}
    assert told["source"]["frame_rate"] == 120
    assert told["source"]["variable_frame_rate"] is False
    browser = Client()
    browser.force_login(owner)
    page = browser.get(f"/watch/{told['id']}/").content.decode()
    for notice in notices.values():
        assert notice["message"] in page
    assert "120 frames/s" in page
    desk = Client()
    desk.force_login(moderator)
    form = reverse("admin:videos_video_change", args=[told["id"]])
    assert notices["frames_dropped"]["message"] in desk.get(form).content.decode()
    listing = reverse("admin:videos_video_changelist")
    for asked, shown in (("any", True), ("frames_dropped", True), ("none", False)):
        assert (told["id"] in desk.get(listing, {"notice": asked}).content.decode()) is shown


def test_strangers_are_not_told_on_the_page(told: dict[str, Any]) -> None:
    Video.objects.update(visibility=Video.Visibility.PUBLIC)
    page = Client().get(f"/watch/{told['id']}/").content.decode()
    assert told["notices"][0]["message"] not in page


def test_a_plain_file_has_none(ready_video: Video, api: APIClient) -> None:
    told = api.get(f"/api/v1/videos/{ready_video.pk}/").json()
    assert told["notices"] == []
    assert Release.objects.get().notices == []
    assert told["source"]["duration"] == pytest.approx(3.0, abs=0.05)
    counted = Task.objects.filter(kind="encode").values_list("counted", flat=True)
    assert sum(Counted.from_json(one or {}).frames for one in counted) == 75


def test_processing_again_replaces_them(
    ready_video: Video, work_off: Callable[[], None], api: APIClient
) -> None:
    Release.objects.update(notices=[{"code": "old", "message": "Old.", "details": {}}])
    services.reprocess(ready_video)
    work_off()
    assert api.get(f"/api/v1/videos/{ready_video.pk}/").json()["notices"] == []


def test_the_plan_of_a_job_is_told_with_its_reasons(
    ready_video: Video, api: APIClient, moderator: User
) -> None:
    run = Run.objects.get()
    plan = api.get(f"/api/v1/jobs/{run.pk}/").json()["plan"]
    assert (plan["frame_rate"], plan["frames"], plan["duration"]) == (25.0, 75, 3.0)
    names = [(one["name"], one["kind"], one["kept"]) for one in plan["renditions"]]
    assert names == [("180p", "video", False), ("audio", "audio", False)]
    assert "It is made at 25 frames a second: the source's own rate." in plan["reasons"]
    assert "plan" not in api.get("/api/v1/jobs/").json()["results"][0]
    desk = Client()
    desk.force_login(moderator)
    page = desk.get(reverse("admin:processing_run_change", args=[run.pk])).content.decode()
    assert "180p: 320 × 180" in page  # noqa: RUF001  # the sign for it
    assert "It is made at 25 frames a second" in page


def test_damaged_frames_are_counted(
    tmp_path: Path, take_in: Callable[[Path], Video], work_off: Callable[[], None]
) -> None:
    path = tmp_path / "damaged.mkv"
    source = ["-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=4"]
    noisy = ["-bsf:v", "noise=amount=300"]
    subprocess.run([*FFMPEG, *source, *X264, "-g", "25", *noisy, str(path)], check=True)
    video = take_in(path)
    work_off()
    video.refresh_from_db()
    assert video.release is not None, video.error_message
    codes = {notice["code"] for notice in video.release.notices or ()}
    assert codes & {"frames_damaged", "frames_undecodable"}


def test_every_code_that_is_given_is_known(told: dict[str, Any]) -> None:
    assert {notice["code"] for notice in told["notices"]} <= KINDS.keys()
    assert Media.from_json(Video.objects.get().source.found or {}).chapters  # type: ignore[union-attr]


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """The first part of ten seconds."""
    path = tmp_path / "cut.mkv"
    source = ["-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=10"]
    subprocess.run([*FFMPEG, *source, *X264, "-g", "25", str(path)], check=True)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * 0.4)])
    return path


def test_a_file_that_was_cut_off_says_how_much_arrived(
    cut: Path, take_in: Callable[[Path], Video], work_off: Callable[[], None], api: APIClient
) -> None:
    video = take_in(cut)
    work_off()
    told = api.get(f"/api/v1/videos/{video.pk}/").json()
    (notice,) = [one for one in told["notices"] if one["code"] == "source_incomplete"]
    assert notice["details"]["told"] == 10.0
    assert notice["details"]["arrived"] == pytest.approx(told["source"]["duration"], abs=0.1)
    assert 2 < told["source"]["duration"] < 6


def test_a_profile_can_refuse_what_was_cut_off(
    cut: Path,
    clip: Path,
    take_in: Callable[[Path], Video],
    work_off: Callable[[], None],
    api: APIClient,
) -> None:
    EncodingProfile.objects.update(takes_incomplete=False)
    video, whole = take_in(cut), take_in(clip)
    work_off()
    told = api.get(f"/api/v1/videos/{video.pk}/").json()
    assert told["status"] == "failed"
    assert told["error"]["code"] == "source_incomplete"
    assert told["error"]["message"].endswith("of 10.0 s. Upload the complete file.")
    assert api.get(f"/api/v1/videos/{whole.pk}/").json()["status"] == "ready"


def test_what_the_version_before_planned_is_planned_anew(
    clip: Path, take_in: Callable[[Path], Video], work_off: Callable[[], None], api: APIClient
) -> None:
    video = take_in(clip)
    probing = claim("media", worker="w")
    assert probing is not None
    work.work_on(probing)
    Run.objects.update(plan=None)
    Release.objects.update(notices=None)
    Task.objects.filter(kind="encode").update(version=1)
    work_off()
    statuses = list(Run.objects.order_by("id").values_list("status", "error_code"))
    assert statuses == [("failed", "plan_outdated"), ("succeeded", "")]
    assert api.get(f"/api/v1/videos/{video.pk}/").json()["notices"] == []


def test_what_the_version_before_made_is_told_as_far_as_it_is_known(
    ready_video: Video, api: APIClient
) -> None:
    Run.objects.update(plan=None)
    Release.objects.update(notices=None, duration=None)
    told = api.get(f"/api/v1/videos/{ready_video.pk}/").json()
    assert (told["notices"], round(told["source"]["duration"], 1)) == ([], 3.0)
    run = Run.objects.get()
    assert api.get(f"/api/v1/jobs/{run.pk}/").json()["plan"] is None
    call_command("check_release", str(ready_video.pk))


def test_a_release_that_lacks_what_was_planned_is_wrong(ready_video: Video) -> None:
    run = Run.objects.get()
    assert run.plan is not None
    more = {**run.plan["rungs"][0], "name": "90p"}
    Run.objects.update(plan={**run.plan, "rungs": [*run.plan["rungs"], more]})
    with pytest.raises(SystemExit):
        call_command("check_release", str(ready_video.pk))
    report = Release.objects.get().report or {}
    assert [finding["code"] for finding in report["findings"] if finding["must"]] == ["not_made"]
