"""Tracks of a video: who may add, read and change them, and where players find them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import m3u8  # type: ignore[import-untyped] # ships no types
import pytest
import webvtt
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient
from starlette.testclient import TestClient

from accounts.models import User
from videos import trash
from videos.models import Cue, Event, Track, Video
from videos.playback import services as playback
from videos.playback.gate import Gate
from videos.playback.media import MediaApp
from videos.playback.rendering import Renderer
from videos.tracks import services

SRT = """1
00:00:00,500 --> 00:00:02,000
Hello <b>there</b>

2
00:00:01,500 --> 00:00:03,000
& then
"""
WORDS = [("0.500", "2.000"), ("1.500", "3.000")]


@pytest.fixture
def media() -> TestClient:
    """The media app by itself, which remembers nothing."""
    app = MediaApp(Renderer(growing_seconds=0), Gate(seconds=0))
    return TestClient(app)  # type: ignore[arg-type]  # starlette's own mapping


def tracks_of(video: Video) -> str:
    return f"/api/v1/videos/{video.pk}/tracks/"


def add_file(api: APIClient, video: Video, text: str | bytes = SRT, **fields: Any) -> Any:
    body = text.encode() if isinstance(text, str) else text
    file = SimpleUploadedFile(fields.pop("name", "words.srt"), body)
    return api.post(tracks_of(video), {"file": file, **fields}, format="multipart")


@contextmanager
def unchanged(model: Any) -> Iterator[None]:
    before = list(model.objects.order_by("pk").values())
    yield
    assert list(model.objects.order_by("pk").values()) == before


def test_a_file_becomes_a_track(api: APIClient, video: Video) -> None:
    answer = add_file(api, video, language="eng", default=True)
    assert answer.status_code == 201, answer.data
    assert answer.data["language"] == "en" and answer.data["name"] == "English"
    assert (answer.data["status"], answer.data["origin"], answer.data["cues"]) == (
        "ready",
        "file",
        2,
    )
    assert [one["id"] for one in api.get(tracks_of(video)).data["results"]] == [answer.data["id"]]
    event = Event.objects.filter(type="video.track.ready").get()
    assert event.payload["track"]["id"] == answer.data["id"]


def test_the_language_helps_to_read_an_old_file(api: APIClient, video: Video) -> None:
    body = SRT.replace("& then", "שלום עולם").encode("cp1255")
    answer = add_file(api, video, body, language="he")
    assert answer.status_code == 201, answer.data
    assert [cue.plain for cue in Cue.objects.order_by("number")] == ["Hello there", "שלום עולם"]
    assert [one["code"] for one in answer.data["notices"]] == ["captions_encoding_guessed"]


def test_the_text_is_served_in_every_form(
    api: APIClient, ready_video: Video, media: TestClient, tmp_path: Path
) -> None:
    texts = add_file(api, ready_video).data["texts"]
    vtt = media.get(texts["vtt"])
    assert vtt.headers["content-type"] == "text/vtt; charset=utf-8"
    (tmp_path / "words.vtt").write_text(vtt.text)
    read = webvtt.read(str(tmp_path / "words.vtt")).captions
    assert [(cue.start[-6:], cue.end[-6:]) for cue in read] == [
        ("00.500", "02.000"),
        ("01.500", "03.000"),
    ]
    assert [cue.text for cue in read] == ["Hello there", "&amp; then"]
    assert "00:00:00,500 --> 00:00:02,000" in media.get(texts["srt"]).text
    assert "& then" in media.get(texts["txt"]).text
    assert media.get(texts["json"]).json()["cues"][0]["text"] == "Hello <b>there</b>"
    saved = media.get(texts["srt"] + "?download").headers["content-disposition"]
    assert saved.startswith("attachment")


def test_playlists_list_the_tracks_with_their_marks(
    api: APIClient, ready_video: Video, media: TestClient, owner: User
) -> None:
    add_file(api, ready_video, language="en", default=True)
    add_file(api, ready_video, language="de", kind="forced", label='Fo"rced')
    add_file(api, ready_video, language="de", kind="subtitles")
    master = playback.hls_url(ready_video, owner) or ""
    read = m3u8.loads(media.get(master).text)
    shown = [one for one in read.media if one.type == "SUBTITLES"]
    assert [(one.name, one.language, one.default, one.forced) for one in shown] == [
        ("English", "en", "YES", "NO"),
        ("Fo'rced", "de", "NO", "YES"),
        ("Deutsch", "de", "NO", "NO"),
    ]
    assert all(variant.stream_info.subtitles == "text" for variant in read.playlists)
    playlist = m3u8.loads(media.get(shown[0].uri).text)
    lasts = sum(segment.duration for segment in playlist.segments)
    assert ready_video.release is not None
    assert lasts == pytest.approx(ready_video.release.duration)
    segment = media.get(shown[0].uri.rsplit("/", 1)[0] + "/" + playlist.segments[0].uri).text
    assert "X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000" in segment and "Hello" in segment


def test_the_manifest_names_each_text_as_one_file(
    api: APIClient, ready_video: Video, media: TestClient, owner: User
) -> None:
    texts = add_file(api, ready_video, language="en").data["texts"]
    manifest = media.get(playback.dash_url(ready_video, owner) or "").text
    assert 'mimeType="text/vtt" lang="en"' in manifest
    assert f"<BaseURL>{texts['vtt'].removeprefix('http://testserver')}</BaseURL>" in manifest


def test_a_playlist_without_the_name_of_a_video_lists_no_text(
    api: APIClient, ready_video: Video, media: TestClient, owner: User
) -> None:
    add_file(api, ready_video)
    _, m, token, release, named, name = (playback.hls_url(ready_video, owner) or "").split("/")
    assert "SUBTITLES" in media.get(f"/{m}/{token}/{release}/{named}/{name}").text
    assert "SUBTITLES" not in media.get(f"/{m}/{token}/{release}/{name}").text
    forged = f"{ready_video.pk}.{token}"
    assert media.get(f"/{m}/{token}/{release}/{forged}/{name}").status_code == 403


def test_the_text_closes_with_its_video(
    api: APIClient, ready_video: Video, media: TestClient
) -> None:
    vtt = add_file(api, ready_video).data["texts"]["vtt"]
    assert media.get(vtt).status_code == 200
    trash.discard(ready_video)
    assert media.get(vtt).status_code == 403


def test_a_text_is_not_served_under_another_video(
    api: APIClient,
    ready_video: Video,
    media: TestClient,
    take_in: Callable[[Path], Video],
    clip: Path,
) -> None:
    vtt = add_file(api, ready_video).data["texts"]["vtt"]
    other = add_file(api, take_in(clip)).data["texts"]["vtt"]
    mixed = other.rsplit("/", 1)[0] + "/" + vtt.rsplit("/", 1)[1]
    assert media.get(mixed).status_code == 404


def test_cues_are_replaced_only_by_who_has_read_them(api: APIClient, video: Video) -> None:
    track = add_file(api, video).data["id"]
    address = f"{tracks_of(video)}{track}/cues/"
    read = api.get(address).data
    kept = dict(Cue.objects.values_list("text", "pk"))
    cues = [{**cue, "text": cue["text"].replace("then", "now")} for cue in read["cues"]]
    written = api.put(address, {"revision": read["revision"], "cues": cues}, format="json")
    assert written.status_code == 200 and written.data["cues"][1]["text"] == "&amp; now"
    assert written.data["revision"] == read["revision"] + 1
    # The row of the text that stayed is still the same one.
    assert (
        dict(Cue.objects.values_list("text", "pk"))["Hello <b>there</b>"]
        == kept["Hello <b>there</b>"]
    )
    with unchanged(Cue):
        late = api.put(address, {"revision": read["revision"], "cues": []}, format="json")
    assert (late.status_code, late.json()["code"]) == (409, "track_changed")
    assert late.json()["revision"] == written.data["revision"]


@pytest.mark.parametrize(
    ("cue", "code"),
    [
        ({"start": 2, "end": 1, "text": "a"}, "cue_time_reversed"),
        ({"start": -1, "end": 1, "text": "a"}, "cue_time_invalid"),
        ({"start": 1e12, "end": 2e12, "text": "a"}, "cue_time_invalid"),
        ({"start": 0, "end": 1, "text": "a", "settings": "url:x"}, "cue_settings_invalid"),
        ({"start": 0, "end": 1, "text": "<b></b>"}, "cue_empty"),
        ({"start": 0, "end": 1, "text": "a", "style": "x"}, "unknown_field"),
    ],
)
def test_a_wrong_cue_changes_nothing(
    api: APIClient, video: Video, cue: dict[str, Any], code: str
) -> None:
    track = add_file(api, video).data["id"]
    with unchanged(Cue):
        answer = api.put(f"{tracks_of(video)}{track}/cues/", {"cues": [cue]}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_cues_are_moved_in_time(api: APIClient, video: Video) -> None:
    track = add_file(api, video).data["id"]
    address = f"{tracks_of(video)}{track}/cues/"
    told = api.patch(address, {"shift": -0.25, "after": 1}, format="json").data["cues"]
    assert [(cue["start"], cue["end"]) for cue in told] == [(0.5, 2.0), (1.25, 2.75)]
    with unchanged(Cue):
        early = api.patch(address, {"shift": -1}, format="json")
        late = api.patch(address, {"shift": 1, "revision": 1}, format="json")
    assert (early.status_code, early.json()["code"]) == (400, "cues_before_start")
    assert (late.status_code, late.json()["code"]) == (409, "track_changed")


def test_tags_that_are_no_captions_are_shown_as_text(api: APIClient, video: Video) -> None:
    cue = {"start": 0, "end": 1, "text": '<script>alert(1)</script><i onclick="x">hm</i>'}
    answer = api.post(tracks_of(video), {"cues": [cue]}, format="json")
    [text] = Cue.objects.filter(track=answer.data["id"]).values_list("text", flat=True)
    assert "<script" not in text and "onclick" not in text and "hm" in text


def test_a_new_default_takes_the_place_of_the_other(api: APIClient, video: Video) -> None:
    first = add_file(api, video, default=True).data["id"]
    second = add_file(api, video, default=True).data["id"]
    told = api.get(tracks_of(video)).data["results"]
    assert [one["default"] for one in told] == [False, True]
    answer = api.patch(f"{tracks_of(video)}{first}/", {"default": True}, format="json")
    assert answer.status_code == 200
    assert not Track.objects.get(pk=second).is_default


def test_what_cannot_be_read_is_refused_with_its_lines(api: APIClient, video: Video) -> None:
    wrong = "1\n00:00:05,000 --> 00:00:02,000\nBackwards\n"
    answer = add_file(api, video, wrong)
    assert answer.status_code == 400, answer.data
    assert [one["line"] for one in answer.json()["errors"]] == [2]
    assert not Track.objects.exists()


def test_strangers_read_only_what_is_open(
    video: Video, api: APIClient, as_user: Callable[[User], APIClient], stranger: User
) -> None:
    track = add_file(api, video).data["id"]
    other = as_user(stranger)
    assert other.get(tracks_of(video)).status_code == 404
    assert APIClient().get(tracks_of(video)).status_code == 401
    Video.objects.filter(pk=video.pk).update(visibility="public")
    assert len(APIClient().get(tracks_of(video)).data["results"]) == 1
    assert add_file(other, video).status_code == 403
    assert other.delete(f"{tracks_of(video)}{track}/").status_code == 403
    assert (
        other.put(f"{tracks_of(video)}{track}/cues/", {"cues": []}, format="json").status_code
        == 403
    )


def test_why_a_track_failed_is_told_to_its_owner_alone(
    video: Video, api: APIClient, moderator: User, as_user: Callable[[User], APIClient]
) -> None:
    track = services.add(video.pk, kind="audio", origin="url", url="https://example.com/a")
    services.fail(track, "fetch_not_found", "There is no file at the URL.")
    Video.objects.filter(pk=video.pk).update(visibility="public")
    for reader in (api, as_user(moderator)):
        [told] = reader.get(tracks_of(video)).json()["results"]
        assert told["error"]["code"] == "fetch_not_found"
    [told] = APIClient().get(tracks_of(video)).json()["results"]
    assert (told["status"], told["error"]) == ("failed", None)


def test_a_deleted_track_is_gone_from_the_playlists(
    api: APIClient, ready_video: Video, media: TestClient, owner: User
) -> None:
    track = add_file(api, ready_video).data["id"]
    master = playback.hls_url(ready_video, owner) or ""
    assert "SUBTITLES" in media.get(master).text
    assert api.delete(f"{tracks_of(ready_video)}{track}/").status_code == 204
    assert "SUBTITLES" not in media.get(master).text
    assert not Cue.objects.exists()


def test_long_texts_are_written_in_one_request(api: APIClient, video: Video) -> None:
    address = f"{tracks_of(video)}{add_file(api, video).data['id']}/cues/"
    cues = [{"start": at, "end": at + 1, "text": "word " * 999} for at in range(600)]
    written = api.put(address, {"cues": cues}, format="json")
    assert written.status_code == 200, written.content[:500]
    assert Cue.objects.count() == 600
