"""Captions are fetched from URLs, whose servers nobody knows."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import pytest
from django.conf import LazySettings
from rest_framework.test import APIClient

from processing.captions import limits
from tests.bad_server import Answer, Asked, BadServer, Wire, serving, whole
from tests.networks import LOOPBACK
from videos.fetching import download
from videos.models import Cue, Track, Video
from videos.tests.test_tracks import SRT, tracks_of
from videos.tracks import reading


@pytest.fixture
def server(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[BadServer]:
    """A server that is allowed although it is on this machine."""
    settings.FETCH_PRIVATE = LOOPBACK
    monkeypatch.setattr(download, "_PAUSE_SECONDS", 0.01)
    with serving() as server:
        yield server


@pytest.fixture(autouse=True)
def _no_file_stays(settings: LazySettings) -> Iterator[None]:
    yield
    assert list(Path(settings.UPLOAD_DIR).iterdir()) == []


def ask(api: APIClient, video: Video, url: str, **members: Any) -> Any:
    return api.post(tracks_of(video), {"url": url, **members}, format="json")


def drip(asked: Asked, wire: Wire) -> None:
    """Send a little for longer than anybody waits."""
    wire.send(b"HTTP/1.1 200 Said\r\nContent-Length: 1000\r\n\r\n")
    while not wire.over.is_set():
        wire.send(b"1\n")
        wire.wait(0.05)


def to_the_machine_itself(asked: Asked, wire: Wire) -> None:
    wire.answer(302, Location="http://169.254.169.254/latest/")


def test_they_arrive_with_the_name_of_their_file(
    server: BadServer, api: APIClient, video: Video
) -> None:
    answer = ask(api, video, server.at("/words.srt", whole(SRT.encode())), language="en")
    assert answer.status_code == 201, answer.content
    assert (answer.data["origin"], answer.data["cues"]) == ("url", 2)
    assert Track.objects.get().filename == "words.srt"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (whole(b"<!DOCTYPE html><html>Sign in</html>"), "fetch_html"),
        (whole(b"\0" * (limits.MOST_BYTES + 1)), "fetch_too_large"),
        (whole(gzip.compress(bytes(10**7)), Content_Encoding="gzip"), "fetch_failed"),
        (whole(gzip.compress(bytes(10**7))), "captions_format_unknown"),
        (whole(b""), "fetch_failed"),
        (drip, "fetch_timeout"),
        (to_the_machine_itself, "fetch_forbidden_address"),
        (whole(b"It is a text."), "captions_format_unknown"),
    ],
)
def test_what_is_no_captions_is_refused_and_no_secret_is_told(
    server: BadServer,
    api: APIClient,
    video: Video,
    monkeypatch: pytest.MonkeyPatch,
    answer: Answer,
    code: str,
) -> None:
    monkeypatch.setattr(reading, "FETCH_SECONDS", 0.5 if answer is drip else 20.0)
    refused = ask(api, video, f"{server.at('/a', answer)}?key=secret")
    assert refused.json()["code"] == code, refused.content
    assert 400 <= refused.status_code < 600 and refused.status_code != 500
    told = json.dumps(refused.json())
    assert "secret" not in told and "/uploads" not in told
    assert not Track.objects.exists()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/a", "http://[::1]/a", "http://10.0.0.1/", "http://0x7f000001/a"]
)
def test_addresses_of_this_network_are_refused(api: APIClient, video: Video, url: str) -> None:
    refused = ask(api, video, url)
    assert refused.json()["code"] == "fetch_forbidden_address", refused.content


def test_a_video_that_is_purged_meanwhile_gets_none(
    server: BadServer, api: APIClient, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = reading.fetch

    def purged(url: str, *, language: str) -> Any:
        found = fetch(url, language=language)
        assert api.delete(f"/api/v1/videos/{video.pk}/?purge=true").status_code == 204
        return found

    monkeypatch.setattr(reading, "fetch", purged)
    refused = ask(api, video, server.at("/words.srt", whole(SRT.encode())))
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert not Track.objects.exists() and not Cue.objects.exists()


def test_slow_servers_hold_up_only_a_few_requests(
    server: BadServer, api: APIClient, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_fetching", BoundedSemaphore(1))
    url = server.at("/words.srt", whole(SRT.encode()))
    with reading._fetching:
        refused = ask(api, video, url)
    assert (refused.status_code, refused.json()["code"]) == (503, "captions_unavailable")
    assert server.asked == []
    assert ask(api, video, server.at("/b", whole(b"?"))).json()["code"].startswith("captions_")
    assert ask(api, video, url).status_code == 201
