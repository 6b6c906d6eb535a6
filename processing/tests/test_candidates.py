"""The better poster: what is chosen, stored and shown, and what becomes of the one before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from django.db import transaction
from PIL import Image as Opened

from processing.ffmpeg.tests.clips import color_at, ffmpeg
from processing.models import Run, Task
from processing.steps import tools
from processing.steps.context import Outcome, TaskContext
from processing.steps.pictures import candidates, poster
from videos.models import Event, Picture, Release, StoredObject, Video
from videos.storage import outputs

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("every_picture"),
]


def stored(key: str) -> Path:
    path = outputs().local_path(key)
    assert path is not None
    return path


def attempt(video: Video, folder: Path, kind: str, run: Callable[[TaskContext], Outcome]) -> Task:
    """Do a step of a ready video again."""
    task = Task.objects.get(kind=kind)
    task.token = uuid4()
    folder = folder / str(task.token)
    folder.mkdir()
    context = SimpleNamespace(
        task=task, run=Run.objects.get(pk=task.run_id), source=video.source, stored=video.source,
        folder=folder, ffmpeg=tools.ffmpeg(), should_stop=lambda: None, insist=lambda call: call(),
        output_prefix=f"releases/{task.run_id}/{task.token}/",
    )  # fmt: skip
    made = run(cast(TaskContext, context))
    with transaction.atomic():
        made.record()
    return task


def test_the_best_frame_is_the_poster_and_the_others_are_kept(ready_video: Video) -> None:
    release = ready_video.release
    assert release is not None
    made = {one.name: one for one in Picture.objects.filter(kind="candidates")}
    others = [one for name, one in made.items() if name.startswith("candidate-")]
    assert set(made) - {one.name for one in others} == {"poster-320.jpg", "poster-320.webp"}
    assert len(others) == 4
    assert [one.facts["time"] for one in others] == sorted(one.facts["time"] for one in others)
    for one in made.values():
        with Opened.open(stored(one.key)) as shown:
            assert (shown.width, shown.height) == (one.width, one.height) == (320, 180)
            assert f"image/{str(shown.format).lower()}" == one.content_type
    [chosen] = [one for one in others if one.facts["chosen"]]
    assert chosen.facts["score"] == max(one.facts["score"] for one in others)
    assert made["poster-320.jpg"].facts["time"] == chosen.facts["time"]
    assert (release.poster_key, release.small_poster_key) == (made["poster-320.jpg"].key, "")


def test_the_first_poster_is_deleted_and_followers_are_told(ready_video: Video) -> None:
    first = StoredObject.objects.filter(role="poster")
    assert set(first.values_list("state", flat=True)) <= {StoredObject.State.DELETING}
    told = Event.objects.filter(type="video.image.ready", payload__kind="candidates")
    assert told.count() == 1


def test_both_formats_show_the_frame_that_was_judged(ready_video: Video) -> None:
    [chosen] = Picture.objects.filter(name__startswith="candidate-", facts__chosen=True)
    posters = Picture.objects.filter(name__startswith="poster-")
    assert posters.count() == 2
    for spot in ("8:8", "160:90", "250:160"):
        wanted = color_at(stored(chosen.key), spot)
        for one in posters:
            assert color_at(stored(one.key), spot) == pytest.approx(wanted, abs=24), one.name


def test_it_can_be_made_again_and_leaves_nothing_of_before(
    ready_video: Video, tmp_path: Path
) -> None:
    before = set(Picture.objects.filter(kind="candidates").values_list("key", flat=True))
    task = attempt(ready_video, tmp_path, "candidates", candidates.run)
    now = set(Picture.objects.filter(kind="candidates").values_list("key", flat=True))
    assert len(now) == len(before)
    assert not now & before
    marked = StoredObject.objects.filter(key__in=before, state=StoredObject.State.DELETING)
    assert marked.count() == len(before)
    assert not StoredObject.objects.filter(attempt=task.token).exists()
    assert Release.objects.get(pk=task.run_id).poster_key in now


def test_a_better_poster_that_is_there_keeps_its_frame(ready_video: Video, tmp_path: Path) -> None:
    release = ready_video.release
    assert release is not None
    path = stored(release.poster_key)
    noise = "nullsrc=s=320x180,geq=random(1)*255:random(2)*255:random(3)*255"
    ffmpeg("-f", "lavfi", "-i", noise, "-frames:v", "1", "-y", path)
    kept = color_at(path, "40:40")
    attempt(ready_video, tmp_path, "candidates", candidates.run)
    shown = Picture.objects.get(name="poster-320.jpg")
    assert shown.facts["time"] is None
    assert color_at(stored(shown.key), "40:40") == pytest.approx(kept, abs=12)
    assert not Picture.objects.filter(facts__chosen=True).exists()


def test_the_first_poster_made_again_does_not_replace_the_better_one(
    ready_video: Video, tmp_path: Path
) -> None:
    task = attempt(ready_video, tmp_path, "poster", poster.run)
    release = Release.objects.get(pk=task.run_id)
    assert Picture.objects.filter(key=release.poster_key).exists()
    left = StoredObject.objects.filter(role="poster").exclude(state=StoredObject.State.DELETING)
    assert not left.exists()


@pytest.mark.thorough
def test_a_title_on_black_loses(
    take_in: Callable[[Path], Video], work_off: Callable[[], None], tmp_path: Path
) -> None:
    """In a portrait film, which has its sizes by the longer side."""
    source = tmp_path / "a.mp4"
    black, detail = "color=black:s=360x640:r=10", "mandelbrot=s=360x640:r=10:start_scale=0.5"
    title = f"{black},drawtext=text='A FILM':fontcolor=white:fontsize=60:x=60:y=260"
    parts: list[Any] = []
    for what, seconds in ((title, 4.0), (detail, 2.0), (black, 2.0)):
        parts += ["-f", "lavfi", "-t", str(seconds), "-i", what]
    ffmpeg(*parts, "-filter_complex", "concat=n=3", "-c:v", "libx264", "-preset", "ultrafast",
           "-pix_fmt", "yuv420p", source)  # fmt: skip
    video = take_in(source)
    work_off()
    names = {one.name: one for one in Picture.objects.filter(release__videos=video)}
    sizes = {name: (one.width, one.height) for name, one in names.items() if "poster" in name}
    assert sizes["poster-320.webp"] == sizes["poster-320.jpg"] == (180, 320)
    assert sizes["poster-640.webp"] == sizes["poster-640.jpg"] == (360, 640)
    assert len(sizes) == 4
    assert 4 <= names["poster-640.jpg"].facts["time"] < 6
    release = Release.objects.get(videos=video)
    assert release.poster_key == names["poster-640.jpg"].key
    assert release.small_poster_key == names["poster-320.jpg"].key
