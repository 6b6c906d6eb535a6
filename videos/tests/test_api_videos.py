"""Reading, changing and deleting videos through the API."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db.models.functions import Now
from rest_framework.test import APIClient

from accounts.models import User
from processing.models import Run
from videos import keys, objects
from videos.models import Picture, Release, Source, Video
from videos.storage import originals, outputs

URL = "/api/v1/videos/"


@pytest.mark.usefixtures("every_picture")
def test_a_ready_video_has_the_promised_shape(api: APIClient, ready_video: Video) -> None:
    video = api.get(f"{URL}{ready_video.pk}/").json()
    assert video["status"] == "ready"
    assert video["playable"] is True
    assert video["progress"] == {
        "percent": 100.0,
        "eta_seconds": 0,
        "stage": "ready",
        "place": None,
        "download": None,
    }
    assert video["job"]["kind"] == "first"
    assert video["error"] is None
    source = video["source"]
    assert (source["width"], source["height"], source["frame_rate"]) == (320, 180, 25.0)
    assert (source["video_codec"], source["audio_codec"]) == ("h264", "aac")
    assert source["duration"] == pytest.approx(3, abs=0.1)
    assert len(source["sha256"]) == 64
    rendition = video["renditions"][0]
    assert (rendition["width"], rendition["height"]) == (320, 180)
    assert rendition["codecs"].startswith("avc1.")
    assert rendition["bitrate"] > 1000
    assert video["playback"]["hls"].endswith("/master.m3u8")
    assert video["poster"].endswith("/poster-320.jpg")


def test_the_list_has_ones_own_newest_first(
    api: APIClient, take_in: Callable[[Path], Video], clip: Path, stranger: User
) -> None:
    videos = [take_in(clip) for _ in range(3)]
    Video.objects.filter(pk=videos[1].pk).update(owner=stranger, visibility="public")
    ids = [row["id"] for row in api.get(URL).json()["results"]]
    assert ids == [str(videos[2].pk), str(videos[0].pk)]


def test_pages_are_cursors(api: APIClient, take_in: Callable[[Path], Video], clip: Path) -> None:
    for _ in range(5):
        take_in(clip)
    page = api.get(URL, {"page_size": 2}).json()
    seen = [row["id"] for row in page["results"]]
    take_in(clip)
    while page["next"]:
        page = api.get(page["next"]).json()
        seen += [row["id"] for row in page["results"]]
    assert len(seen) == len(set(seen)) == 5


def test_a_page_costs_the_same_queries_whatever_its_length(
    api: APIClient,
    ready_video: Video,
    take_in: Callable[[Path], Video],
    clip: Path,
    work_off: Callable[[], None],
    django_assert_num_queries: Any,
) -> None:
    api.get(URL)  # notes that the key is used, and reads the plans
    with django_assert_num_queries(5):
        api.get(URL)
    for _ in range(3):
        take_in(clip)
    work_off()
    api.get(URL)
    with django_assert_num_queries(5):
        assert len(api.get(URL).json()["results"]) == 4


def test_the_status_is_one_query_beside_the_key(
    api: APIClient, video: Video, django_assert_num_queries: Any
) -> None:
    api.get(URL)
    with django_assert_num_queries(2):
        answer = api.get(f"{URL}{video.pk}/status/").json()
    assert answer["progress"]["stage"] == "waiting"
    assert set(answer) == {"id", "status", "playable", "progress", "job", "error"}


def test_what_one_may_not_see_is_404(
    video: Video, stranger: User, as_user: Callable[[User], APIClient]
) -> None:
    client = as_user(stranger)
    for method, path in [
        ("get", ""),
        ("get", "status/"),
        ("patch", ""),
        ("delete", ""),
        ("post", "reprocess/"),
        ("post", "cancel/"),
    ]:
        answer = getattr(client, method)(f"{URL}{video.pk}/{path}", {}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_somebody_elses_public_video_is_read_and_not_changed(
    ready_video: Video, stranger: User, as_user: Callable[[User], APIClient]
) -> None:
    Video.objects.update(visibility="public")
    client = as_user(stranger)
    assert client.get(f"{URL}{ready_video.pk}/").json()["playback"]["hls"]
    answer = client.patch(f"{URL}{ready_video.pk}/", {"title": "Mine"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


def test_title_description_and_visibility_can_be_changed(api: APIClient, video: Video) -> None:
    answer = api.patch(f"{URL}{video.pk}/", {"title": "T", "visibility": "unlisted"}, format="json")
    assert (answer.json()["title"], answer.json()["visibility"]) == ("T", "unlisted")


@pytest.mark.parametrize("field", ["status", "owner", "moderation", "playable", "nonsense"])
def test_nothing_else_can_be_changed(api: APIClient, video: Video, field: str) -> None:
    answer = api.patch(f"{URL}{video.pk}/", {field: "ready"}, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert Video.objects.get().status == "processing"


def test_deleting_hides_and_keeps_the_bytes(api: APIClient, ready_video: Video) -> None:
    assert api.delete(f"{URL}{ready_video.pk}/").status_code == 204
    assert api.get(f"{URL}{ready_video.pk}/").status_code == 404
    assert Video.objects.get().deleted_at is not None
    assert list(originals().list_prefix(""))


def test_purging_deletes_rows_and_bytes_at_once(api: APIClient, ready_video: Video) -> None:
    assert api.delete(f"{URL}{ready_video.pk}/?purge=true").status_code == 204
    assert not Video.objects.exists()
    assert not Release.objects.exists()
    assert not Source.objects.exists()
    objects.delete_marked()
    for storage in (originals(), outputs()):
        assert [stored.key for stored in storage.list_prefix("")] == [keys.IDENTITY]


def test_deleting_stops_what_is_going_on(api: APIClient, video: Video) -> None:
    api.delete(f"{URL}{video.pk}/")
    assert Run.objects.get().status == Run.Status.CANCELED


def test_reprocessing_answers_with_the_job(api: APIClient, ready_video: Video) -> None:
    answer = api.post(f"{URL}{ready_video.pk}/reprocess/")
    assert (answer.status_code, answer.json()["kind"]) == (202, "reprocess")
    again = api.post(f"{URL}{ready_video.pk}/reprocess/")
    assert (again.status_code, again.json()["code"]) == (409, "already_processing")
    video = api.get(f"{URL}{ready_video.pk}/").json()
    assert (video["status"], video["job"]["status"]) == ("ready", "queued")
    assert video["playback"]["hls"]


@pytest.mark.usefixtures("every_picture")
def test_only_some_pictures_are_made_again(
    api: APIClient, ready_video: Video, work_off: Callable[[], None]
) -> None:
    thumbnails = Picture.objects.filter(kind="thumbnails")
    before = set(thumbnails.values_list("key", flat=True))
    url = f"{URL}{ready_video.pk}/reprocess/"
    answer = api.post(url, {"only": ["thumbnails"]}, format="json")
    assert (answer.status_code, answer.json()["id"]) == (202, str(ready_video.release_id))
    job = api.get(answer["Location"]).json()
    states = {task["kind"]: task["state"] for task in job["tasks"]}
    assert (job["status"], states["thumbnails"], states["poster"]) == ("queued", "ready", "done")
    video = api.get(f"{URL}{ready_video.pk}/").json()
    assert (video["status"], video["progress"]["percent"]) == ("ready", 100.0)
    assert video["playback"]["hls"]
    again = api.post(url, {"only": ["poster"]}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "already_processing")
    work_off()
    assert api.get(answer["Location"]).json()["status"] == "succeeded"
    assert not before & set(thumbnails.values_list("key", flat=True))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"only": []}, "min_length"),
        ({"only": ["smells"]}, "invalid_choice"),
        ({"only": "poster"}, "not_a_list"),
        ({"only": None}, "null"),
        ({"profile": "fast"}, "unknown_field"),
    ],
)
def test_what_is_no_kind_of_picture_is_refused(
    api: APIClient, ready_video: Video, body: dict[str, Any], code: str
) -> None:
    answer = api.post(f"{URL}{ready_video.pk}/reprocess/", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert Run.objects.count() == 1


@pytest.mark.usefixtures("every_picture")
def test_pictures_need_a_release_to_be_made_of(
    api: APIClient, ready_video: Video, stranger: User, as_user: Callable[[User], APIClient]
) -> None:
    url, body = f"{URL}{ready_video.pk}/reprocess/", {"only": ["thumbnails"]}
    assert as_user(stranger).post(url, body, format="json").status_code == 404
    facts: Any = Source.objects.values_list("facts", flat=True).get()
    Source.objects.update(facts={**facts, "video": None})
    answer = api.post(url, body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_make")
    Source.objects.update(facts=facts, dropped_at=Now())
    answer = api.post(url, {"only": ["poster"]}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "original_dropped")
    Run.objects.all().delete()
    answer = api.post(url, body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "release_missing")


def test_canceling(api: APIClient, video: Video) -> None:
    answer = api.post(f"{URL}{video.pk}/cancel/")
    assert (answer.status_code, answer.json()["status"]) == (202, "canceled")
    again = api.post(f"{URL}{video.pk}/cancel/")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_cancel")


def test_the_list_can_be_narrowed(api: APIClient, video: Video) -> None:
    assert len(api.get(URL, {"status": "processing"}).json()["results"]) == 1
    assert api.get(URL, {"status": "ready"}).json()["results"] == []
    assert api.get(URL, {"status": "nonsense"}).status_code == 400


def test_an_id_that_is_none_is_404(api: APIClient) -> None:
    assert api.get(f"{URL}nonsense/").status_code == 404
