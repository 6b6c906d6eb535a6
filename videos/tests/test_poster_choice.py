"""The owner chooses the poster of a video: a time, a candidate, an image, or the derived one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models.functions import Now
from rest_framework.test import APIClient

from accounts.models import User
from processing.ffmpeg.tests.clips import color_at, ffmpeg
from processing.pipeline import attempt
from processing.tests.threads import in_a_thread
from videos import keys, objects
from videos.ingest import chosen_frames, posters
from videos.models import Event, Picture, StoredObject, Video
from videos.storage import StorageUnavailable, outputs
from videos.tests.kept import keep_video
from videos.tests.test_posters import picture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("every_picture")]

State = StoredObject.State
FILES = len(keys.POSTER_FILES)
Choose = Callable[..., Any]


@pytest.fixture
def choose(api: APIClient, ready_video: Video) -> Choose:
    """Ask for a poster, with JSON."""

    def post(**wanted: Any) -> Any:
        return api.post(f"/api/v1/videos/{ready_video.pk}/poster/", wanted, format="json")

    return post


def send(api: APIClient, video: Video, data: bytes, **more: Any) -> Any:
    """Send an image as the poster."""
    file = SimpleUploadedFile("me.jpg", data)
    return api.post(f"/api/v1/videos/{video.pk}/poster/", {"poster": file}, **more)


def shown(video: Video) -> Path:
    """The file of the owner's poster."""
    video.refresh_from_db()
    assert video.own_poster is not None
    path = outputs().local_path(keys.in_poster(video.own_poster, keys.POSTER))
    assert path is not None
    return path


def states() -> dict[str, int]:
    """How many objects of given posters are in each state."""
    found = StoredObject.objects.filter(key__startswith=keys.POSTERS).values_list(
        "state", flat=True
    )
    return {state: list(found).count(state) for state in found}


def test_a_time_is_exact_to_the_frame(ready_video: Video, clip: Path, tmp_path: Path) -> None:
    for seconds, number in ((0, 0), (1.2799, 31), (3, 74)):
        wanted = tmp_path / "wanted.png"
        ffmpeg("-y", "-i", clip, "-vf", f"select=eq(n\\,{number})", "-frames:v", "1", wanted)
        with chosen_frames.taken(ready_video, seconds) as path:
            for spot in ("8:8", "250:160", "60:150"):
                made, film = color_at(path, spot), color_at(wanted, spot)
                assert made == pytest.approx(film, abs=30), (seconds, spot)


def test_a_candidate_gives_its_frame(choose: Choose, ready_video: Video) -> None:
    one = Picture.objects.filter(name__startswith="candidate-").order_by("name")[2]
    answer = choose(candidate=one.name)
    assert answer.status_code == 200
    assert f"/{keys.POSTER}" in answer.json()["poster"]
    small = outputs().local_path(one.key)
    assert small is not None
    assert color_at(shown(ready_video), "160:90") == pytest.approx(
        color_at(small, "160:90"), abs=24
    )


def test_an_image_replaces_the_poster_before_and_is_told(
    api: APIClient, choose: Choose, ready_video: Video
) -> None:
    assert choose(time=1).status_code == 200
    before = shown(ready_video)
    assert send(api, ready_video, picture()).status_code == 200
    assert shown(ready_video) != before
    assert states() == {State.STORED: FILES, State.DELETING: FILES}
    told = Event.objects.filter(type="video.updated", payload__changed=["poster"])
    assert told.count() == 2
    objects.delete_marked()
    assert not before.exists()
    assert shown(ready_video).exists()


def test_delete_goes_back_to_the_derived_one(
    api: APIClient, choose: Choose, ready_video: Video
) -> None:
    where = f"/api/v1/videos/{ready_video.pk}/"
    derived = api.get(where).json()["poster"].rpartition("/")[2]
    choose(time=1)
    for _ in range(2):
        assert api.delete(f"{where}poster/").status_code == 204
    assert api.get(where).json()["poster"].rpartition("/")[2] == derived
    assert states() == {State.DELETING: FILES}
    assert Event.objects.filter(payload__changed=["poster"]).count() == 2


def test_what_is_no_choice_is_refused(choose: Choose) -> None:
    outside = ({"time": -0.1}, {"time": 3.1}, {"time": 1e300})
    names = ("candidate-99.jpg", "poster-320.jpg", "../x", "thumbnail-end.jpg")
    cases: list[tuple[dict[str, Any], str]] = [
        *((wanted, "time_outside") for wanted in outside),
        *(({"candidate": name}, "candidate_unknown") for name in names),
        ({"time": "NaN"}, "invalid"),
        ({"time": "inf"}, "invalid"),
        *(({"time": value}, "invalid") for value in ("x", "1", True, [1])),
        ({"time": 10**400}, "overflow"),
        ({"candidate": 1}, "invalid"),
        ({"time": None}, "null"),
        ({}, "required"),
        ({"time": 1, "candidate": "candidate-01.jpg"}, "required"),
        ({"at": 1}, "unknown_field"),
    ]
    for wanted, code in cases:
        answer = choose(**wanted)
        assert (answer.status_code, answer.json()["code"]) == (400, code), wanted


def test_what_is_no_image_is_refused(api: APIClient, ready_video: Video) -> None:
    answer = send(api, ready_video, b"no image" * 99)
    assert (answer.status_code, answer.json()["code"]) == (400, "poster_invalid")
    assert states() == {}


def test_a_video_without_frames_has_none_to_choose(api: APIClient, owner: User) -> None:
    video = Video.objects.create(owner=owner)
    where = f"/api/v1/videos/{video.pk}/poster/"
    answer = api.post(where, {"time": 0}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_frames")
    assert send(api, video, picture()).status_code == 200  # and yet an image can be given


def test_nobody_else_chooses(
    as_user: Callable[[User], APIClient], stranger: User, ready_video: Video
) -> None:
    where = f"/api/v1/videos/{ready_video.pk}/poster/"
    client = as_user(stranger)
    for status in (404, 403):
        assert client.post(where, {"time": 1}, format="json").status_code == status
        assert send(client, ready_video, picture()).status_code == status
        assert client.delete(where).status_code == status
        Video.objects.update(visibility=Video.Visibility.PUBLIC)


def test_a_repeated_request_answers_the_same_and_makes_no_second_poster(
    api: APIClient, ready_video: Video
) -> None:
    for _ in range(2):
        answer = send(api, ready_video, picture(), HTTP_IDEMPOTENCY_KEY="once")
        assert answer.status_code == 200
    assert states() == {State.STORED: FILES}


def test_a_request_that_died_leaves_nothing_and_one_that_lives_is_left_alone(
    ready_video: Video, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(picture())
    with posters.prepared(file) as poster:
        objects.write_ahead(poster.planned(), video_id=ready_video.pk, token=poster.id)
    assert attempt.mark_abandoned() == 0
    writing = StoredObject.objects.filter(attempt=poster.id)
    writing.update(created_at=Now() - objects.GRACE)
    assert attempt.mark_abandoned() == FILES
    assert states() == {State.DELETING: FILES}


def test_a_poster_that_was_swept_meanwhile_is_not_shown(
    ready_video: Video, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(picture())
    monkeypatch.setattr(objects, "confirm", lambda token: 0)
    with posters.prepared(file) as poster, pytest.raises(StorageUnavailable):
        posters.replace(ready_video, poster)
    ready_video.refresh_from_db()
    assert ready_video.own_poster is None


def test_whoever_comes_last_of_many_wins_and_nothing_is_left(owner: User, tmp_path: Path) -> None:
    video = keep_video(owner)
    file = tmp_path / "a.jpg"
    file.write_bytes(picture(size=(64, 36)))

    def choose(number: int) -> None:
        if number % 3 == 2:
            posters.take_back(video)
            return
        with posters.prepared(file) as poster:
            posters.replace(video, poster)

    running = [in_a_thread(partial(choose, number)) for number in range(9)]
    for thread, _ in running:
        thread.join()
    assert [given for _, given in running] == [[None]] * 9
    video.refresh_from_db()
    kept = set(keys.poster_files(video.own_poster)) if video.own_poster else set()
    given = StoredObject.objects.filter(key__startswith=keys.POSTERS)
    assert set(given.filter(state=State.STORED).values_list("key", flat=True)) == kept
    assert given.filter(state=State.DELETING).count() == 6 * FILES - len(kept)
    assert given.count() == 6 * FILES
    assert set(video.own_poster_sizes or {}) == ({str(video.own_poster)} if kept else set())


def test_no_connection_is_held_while_a_frame_is_decoded(
    ready_video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []
    decoded = chosen_frames._decoded

    def watched(*given: Any) -> Path:
        held.append(connection.connection is not None)
        return decoded(*given)

    monkeypatch.setattr(chosen_frames, "_decoded", watched)
    with chosen_frames.taken(ready_video, 1.0) as path:
        assert path.exists()
    assert held == [False]
    assert not path.parent.exists()
