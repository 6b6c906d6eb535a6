"""Texts of tracks when somebody asks for many, or for large ones: the media app stays quick."""

import asyncio
import gzip
from typing import Any

import pytest
from starlette.testclient import TestClient

from processing.captions.document import Cue, Document
from videos.models import Track, Video
from videos.playback import media_tracks
from videos.playback import services as playback
from videos.playback.gate import Gate
from videos.playback.media import MediaApp
from videos.tracks import services, texts

ACCEPTS = {"Accept-Encoding": "gzip"}


@pytest.fixture
def address(ready_video: Video) -> str:
    """The address of the texts of a track, without what follows its id."""
    text = Document((Cue(0, 2000, "In the beginning"),))
    track = services.add(ready_video.pk, kind="captions", origin="file", text=text)
    return f"{playback.tracks_url(ready_video, ready_video.owner)}{track.pk}"


def opened() -> TestClient:
    return TestClient(MediaApp(gate=Gate(seconds=0)))  # type: ignore[arg-type]  # starlette's


def test_revisions_that_are_made_up_have_nothing_rendered_again(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[str] = []
    render = texts.render

    def counted(video_id: Any, name: str) -> texts.Text:
        rendered.append(name)
        return render(video_id, name)

    monkeypatch.setattr(texts, "render", counted)
    monkeypatch.setattr(media_tracks, "KEPT_SECONDS", 300)
    media = opened()
    for made_up in ("1", "2", "9999999999", "x", ""):
        assert media.get(f"{address}.vtt?revision={made_up}").status_code == 200
    assert len(rendered) == 1


def test_a_text_is_compressed_once_and_outside_the_event_loop(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_loop: list[bool] = []
    compress = gzip.compress

    def watched(*args: Any, **more: Any) -> bytes:
        in_loop.append(asyncio._get_running_loop() is not None)
        return compress(*args, **more)

    monkeypatch.setattr(gzip, "compress", watched)
    monkeypatch.setattr(media_tracks, "KEPT_SECONDS", 300)
    media = opened()
    for _ in range(2):
        answer = media.get(f"{address}.vtt", headers=ACCEPTS)
        assert answer.headers["content-encoding"] == "gzip"
        assert "In the beginning" in answer.text
    plain = media.get(f"{address}.vtt", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers and plain.text == answer.text
    assert in_loop == [False]


def test_many_tiny_segments_are_not_kept_in_much_memory(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = MediaApp(gate=Gate(seconds=0))
    monkeypatch.setattr(media_tracks, "_KEPT_BYTES", 20 * 1024)
    app._texts = media_tracks.Texts()
    media = TestClient(app)  # type: ignore[arg-type]  # starlette's own mapping
    for number in range(40):
        assert media.get(f"{address}-60-{number}.vtt").status_code == 200
    assert 0 < len(app._texts._kept._kept) < 20


@pytest.mark.parametrize(
    "rest",
    [
        *("-0-0.vtt", "-60-9999999.vtt", "-60--1.vtt", "-60-٣.vtt", "-60-1.vtt%00", ".vtt%20"),
        *("/../x.vtt", "%2F..%2Fx.vtt", ".VTT", ".m3u", "-growing.vtt", "x" * 5000, ".vtt/", ""),
    ],
)
def test_forged_names_are_no_texts(address: str, rest: str) -> None:
    answer = opened().get(f"{address}{rest}?revision=1")
    assert answer.status_code in (403, 404)
    assert str(Track.objects.get().pk) not in answer.text
