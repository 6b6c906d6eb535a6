"""What all answers of the API have in common: addresses, validators, compression, headers."""

from __future__ import annotations

import gzip
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.models import User
from processing.models import Run
from videos.api.serializers.video_forms import VideoEditSerializer
from videos.api.video_settings import VideoSettingsSerializer
from videos.models import Video

URL = "/api/v1/videos/"
JOBS = "/api/v1/jobs/"
OF_PAGES = ("Content-Security-Policy", "X-Frame-Options", "Cross-Origin-Opener-Policy")


def addresses_in(told: Any) -> list[str]:
    """All in an answer that lead somewhere."""
    if isinstance(told, dict):
        return [a for value in told.values() for a in addresses_in(value)]
    if isinstance(told, list):
        return [a for value in told for a in addresses_in(value)]
    return [told] if isinstance(told, str) and ("/m/" in told or "/api/" in told) else []


def test_all_addresses_are_whole(api: APIClient, ready_video: Video) -> None:
    api.defaults["HTTP_HOST"] = "localhost:8851"
    found = addresses_in(api.get(f"{URL}{ready_video.pk}/").json())
    found += addresses_in(api.get(URL, {"page_size": 1}).json())
    assert len(found) >= 6
    assert {urlsplit(one)[:2] for one in found} == {("http", "localhost:8851")}
    secure = api.get(f"{URL}{ready_video.pk}/", secure=True).json()
    assert secure["playback"]["hls"].startswith("https://localhost:8851/m/")


def test_what_was_made_or_begun_is_told_by_its_address(
    api: APIClient, ready_video: Video, clip: Any
) -> None:
    file = SimpleUploadedFile("a.mp4", clip.read_bytes())
    made = api.post(URL, {"file": file})
    assert made["Location"] == f"http://testserver{URL}{made.json()['id']}/"
    again = api.post(f"{URL}{ready_video.pk}/reprocess/")
    assert again["Location"] == f"http://testserver{JOBS}{again.json()['id']}/"
    assert api.get(again["Location"]).json()["kind"] == "reprocess"
    stopped = api.post(f"{JOBS}{again.json()['id']}/cancel/")
    assert stopped["Location"] == again["Location"]
    asked = api.post(JOBS, {"video": str(ready_video.pk)}, format="json")
    assert asked["Location"] == f"http://testserver{JOBS}{asked.json()['id']}/"
    ended = api.post(f"{URL}{ready_video.pk}/cancel/")
    assert ended["Location"] == f"http://testserver{URL}{ready_video.pk}/"
    assert not api.get(URL).has_header("Location")


def test_who_has_an_answer_already_is_told_so(api: APIClient, video: Video) -> None:
    for path in (URL, f"{URL}{video.pk}/status/", JOBS, "/api/v1/profiles/", "/api/v1/schema/"):
        first = api.get(path)
        assert first["ETag"]
        again = api.get(path, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]
        assert api.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
        assert api.head(path)["ETag"] == first["ETag"]
    tag = api.get(f"{URL}{video.pk}/")["ETag"]
    Video.objects.update(title="Another")
    changed = api.get(f"{URL}{video.pk}/", headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()["title"]) == (200, "Another")
    assert not api.get(f"{URL}nonsense/").has_header("ETag")


def test_long_answers_are_compressed_for_whoever_takes_that(
    api: APIClient, ready_video: Video
) -> None:
    path = f"{URL}{ready_video.pk}/"
    plain, packed = api.get(path), api.get(path, headers={"Accept-Encoding": "gzip, br"})
    assert packed["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.content)).keys() == plain.json().keys()
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer["Vary"]
    for refused in ("gzip;q=0", "identity", "br"):
        assert not api.get(path, headers={"Accept-Encoding": refused}).has_header(
            "Content-Encoding"
        )
    tagged = {"Accept-Encoding": "gzip", "If-None-Match": packed["ETag"]}
    assert api.get(path, headers=tagged).status_code == 304


def test_an_answer_is_for_who_asked(api: APIClient, video: Video) -> None:
    told = api.get(f"{URL}{video.pk}/")
    assert told["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= {one.strip() for one in told["Vary"].split(",")}
    changed = api.patch(f"{URL}{video.pk}/", {"title": "x"}, format="json")
    assert changed["Cache-Control"] == "no-store"
    assert api.get(f"{URL}x/")["Cache-Control"] == "no-store"
    schema = api.get("/api/v1/schema/")
    assert "public" in schema["Cache-Control"]
    assert "Cookie" not in schema["Vary"]


def test_what_is_for_pages_is_told_to_pages(api: APIClient, client: Client, video: Video) -> None:
    for answer in (api.get(URL), APIClient().get(URL), api.get("/api/v1/nothing/")):
        assert not any(answer.has_header(name) for name in OF_PAGES)
        assert answer["X-Content-Type-Options"] == "nosniff"
    for path in ("/accounts/login/", "/api/docs/"):
        assert all(client.get(path).has_header(name) for name in OF_PAGES)


def test_a_form_of_another_page_has_a_code_of_its_own(owner: User, video: Video) -> None:
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(owner)
    answer = browser.patch(f"{URL}{video.pk}/", {"title": "x"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    assert browser.get(f"{URL}{video.pk}/").status_code == 200


def test_facts_have_one_form(api: APIClient, ready_video: Video) -> None:
    told = api.get(f"{URL}{ready_video.pk}/").json()
    assert told["source"]["container"] == "mp4"
    frames = [one for one in told["renditions"] if one["kind"] == "video"]
    assert {one["frame_rate"] for one in frames} == {told["source"]["frame_rate"]} == {25.0}
    assert {one["frame_rate"] for one in told["renditions"] if one["kind"] == "audio"} <= {None}
    plan = api.get(f"{JOBS}{Run.objects.get().pk}/").json()["plan"]
    assert plan["frame_rate"] == 25.0


@pytest.mark.parametrize("path", [URL, JOBS, "/api/v1/profiles/"])
def test_options_tell_what_can_be_sent(api: APIClient, path: str) -> None:
    told = api.options(path)
    assert told.status_code == 200
    assert set(told["Allow"].split(", ")) == {*told.json()["methods"], "HEAD", "OPTIONS"}


def test_options_of_uploads_name_the_file_and_nothing_that_is_only_told(
    api: APIClient, video: Video
) -> None:
    post = api.options(URL).json()["methods"]["POST"]
    assert post["content_type"] == "multipart/form-data"
    assert set(post["members"]) == {"file", "poster", *VideoSettingsSerializer().fields}
    assert post["members"]["file"]["required"] is True
    patch = api.options(f"{URL}{video.pk}/").json()["methods"]["PATCH"]
    assert patch["content_type"] == "application/json"
    assert set(patch["members"]) == set(VideoEditSerializer.Meta.fields)
    choices = [choice["value"] for choice in patch["members"]["visibility"]["choices"]]
    assert choices == ["draft", "private", "unlisted", "public"]
    assert api.options(f"{URL}{video.pk}/").json()["methods"]["DELETE"]["parameters"] == ["purge"]


def test_a_revoked_key_is_told_at_once(api: APIClient, owner: User) -> None:
    api_keys.revoke(owner.api_keys.get())
    assert api.get(URL).json()["code"] == "bad_api_key"
