"""What a program in the place of yt-dlp can do, and what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings

from processing.ffmpeg.errors import Interrupted
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.ffmpeg.running.sandbox import detect
from processing.site_videos import failures
from processing.site_videos.download import Download, SiteVideo
from processing.site_videos.tests.sites import GETS, endless, instead, programs_in
from tests.bad_server import Asked, BadServer, Wire, whole
from videos.fetching.errors import FetchFailed

Fetch = Callable[..., SiteVideo]

LOOKS = """
import json, os, pathlib, socket, sys
def open_to(host, port):
    try:
        socket.create_connection((host, int(port)), 2).close()
        return True
    except OSError:
        return False
def readable(path):
    return os.access(path, os.R_OK)
told = {"environment": dict(os.environ), "network": open_to(*sys.argv[-1].split("/")[2].split(":")),
        "secrets": [path for path in %r if readable(path)], "arguments": sys.argv}
print("found", json.dumps({"title": json.dumps(told), "webpage_url": sys.argv[-1]}))
open("video.mp4", "w").write("x")
print("file", json.dumps({"filepath": "video.mp4"}))
"""


@pytest.fixture
def play(settings: LazySettings, tmp_path: Path) -> Callable[..., None]:
    """Put a program in the place of yt-dlp."""

    def play(program: str, version: str = "2026.01.02") -> None:
        settings.YT_DLP = instead(tmp_path, program, version)

    return play


def _code(fetch: Fetch, url: str, **options: object) -> str:
    with pytest.raises(FetchFailed) as caught:
        fetch(url, **options)
    return caught.value.code


def test_it_gets_no_secret_and_no_network(
    site: BadServer, fetch: Fetch, play: Callable[..., None], settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setenv("SECRET_OF_OURS", "hush")
    secret = tmp_path / "vodloom.env"
    secret.write_text("SECRET_KEY=hush")
    play(LOOKS % [str(secret), str(settings.BASE_DIR / "manage.py")])
    told = json.loads(fetch(site.url()).page.title)
    assert "hush" not in json.dumps(told["environment"])
    if detect("auto").kind == "bwrap":
        assert told["network"] is False
        assert told["secrets"] == []
    assert site.asked == []


def test_it_gets_a_copy_of_the_cookies_for_itself(
    site: BadServer, fetch: Fetch, play: Callable[..., None], settings: LazySettings,
    tmp_path: Path, folder: Path,
) -> None:  # fmt: skip
    settings.SITE_COOKIES = tmp_path / "cookies"
    settings.SITE_COOKIES.write_text("sweet")
    program = """
import json, sys
with open(sys.argv[sys.argv.index("--cookies") + 1], "r+") as file:
    print("found", json.dumps({"title": file.read(), "webpage_url": sys.argv[-1]}))
    file.write("er")
open("video.mp4", "w").write("x")
print("file", json.dumps({"filepath": "video.mp4"}))
"""
    play(program)
    assert fetch(site.url()).page.title == "sweet"
    assert settings.SITE_COOKIES.read_text() == "sweet"
    assert (folder / "cookies.txt").stat().st_mode & 0o077 == 0


def test_cookies_that_are_not_there_stop_nothing(
    site: BadServer, fetch: Fetch, play: Callable[..., None], settings: LazySettings,
    tmp_path: Path,
) -> None:  # fmt: skip
    settings.SITE_COOKIES = tmp_path / "nothing"
    play(GETS)
    assert fetch(site.at("/a.mp4", whole(b"film"))).size == len(b"film")


def test_it_fetches_through_the_proxy_alone(
    site: BadServer, fetch: Fetch, play: Callable[..., None], settings: LazySettings
) -> None:
    play(GETS)
    settings.SITE_HOSTS = ("127.0.0.1", "127.0.0.2")
    body = bytes(range(256)) * 4096
    video = fetch(site.at("/a.mp4", whole(body)))
    assert video.path.read_bytes() == body
    assert _code(fetch, site.url(host="127.0.0.2")) == "fetch_forbidden_address"


def test_without_bubblewrap_it_still_gets_no_secret_and_ends_with_its_children(
    site: BadServer, play: Callable[..., None], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_OURS", "hush")
    child = "if not os.fork():\n    time.sleep(600)\n"
    play(f"import os, time\nassert 'hush' not in str(os.environ)\n{child}{GETS}")
    off, body = FFmpeg(mode="off"), bytes(range(256)) * 4096
    nothing = (lambda: None, lambda speed: None, lambda count: None)
    video = Download(site.at("/a.mp4", whole(body)), folder, off, 10**8, *nothing).run()
    assert video.path.stat().st_size == len(body)
    assert programs_in(folder) == []


def test_a_body_without_an_end_is_cut_off(
    site: BadServer, fetch: Fetch, play: Callable[..., None], folder: Path
) -> None:
    play(GETS)
    assert _code(fetch, site.at("/a.mp4", endless), most_bytes=10**6) == "fetch_too_large"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 70 * 10**6
    assert programs_in(folder) == []


def test_a_file_that_says_it_is_too_large_is_not_fetched(
    site: BadServer, fetch: Fetch, play: Callable[..., None]
) -> None:
    def large(asked: Asked, wire: Wire) -> None:
        wire.answer(200, bytes(1000), length=10**9)
        wire.wait(60)

    play(GETS)
    assert _code(fetch, site.at("/a.mp4", large), most_bytes=10**6) == "fetch_too_large"


def test_a_server_that_falls_silent_is_left(
    site: BadServer, fetch: Fetch, play: Callable[..., None], settings: LazySettings
) -> None:
    def silent(asked: Asked, wire: Wire) -> None:
        wire.answer(200, bytes(5000), length=10**6)
        settings.FETCH_SILENCE_SECONDS = 0.3
        wire.wait(60)

    play(GETS)
    assert _code(fetch, site.at("/a.mp4", silent)) == "fetch_stalled"


def test_all_of_it_has_a_limit_of_time(
    site: BadServer, fetch: Fetch, play: Callable[..., None], settings: LazySettings, folder: Path
) -> None:
    play("import time; time.sleep(60)")
    settings.FETCH_SECONDS = 0.3
    assert _code(fetch, site.url()) == "fetch_timeout"
    assert programs_in(folder) == []


def test_stopping_leaves_no_program_and_no_child_of_it(
    site: BadServer, fetch: Fetch, play: Callable[..., None], folder: Path
) -> None:
    reasons: list[str] = []
    seen: list[list[str]] = []

    def slow(asked: Asked, wire: Wire) -> None:
        seen.append(programs_in(folder))
        reasons.append("canceled")
        wire.wait(60)

    play("import os\nos.fork()\n" + GETS)
    url = site.at("/a.mp4", slow)
    with pytest.raises(Interrupted) as caught:
        fetch(url, should_stop=lambda: reasons[-1] if reasons else None)
    assert caught.value.reason == "canceled"
    assert seen[0] != []
    assert programs_in(folder) == []


@pytest.mark.parametrize("place", ["link", "folder", "nothing"])
def test_what_is_no_file_is_not_taken_in(
    site: BadServer, fetch: Fetch, play: Callable[..., None], place: str
) -> None:
    made = {
        "link": 'os.symlink("/etc/passwd", "video.mp4")',
        "folder": 'os.mkdir("video.mp4")',
        "nothing": "",
    }[place]
    said = 'print("found", json.dumps({"webpage_url": sys.argv[-1]}))\n'
    said += 'print("file", json.dumps({"filepath": "video.mp4"}))\n'
    play(f"import json, os, sys\n{made}\n{said}")
    assert _code(fetch, site.url()) == "site_no_video"


def test_a_live_video_is_refused(site: BadServer, fetch: Fetch, play: Callable[..., None]) -> None:
    told = '{"webpage_url": sys.argv[-1], "live_status": "is_live"}'
    play(f'import json, sys\nprint("found", json.dumps({told}))')
    assert _code(fetch, site.url()) == "site_live"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("[youtube] x: Sign in to confirm you are not a bot. Use --cookies", "site_login"),
        ("[youtube] x: Private video. Sign in if you've been granted access", "site_login"),
        ("[x] y: This video is only available for registered users", "site_login"),
        ("[x] y: This video is not available from your location due to geo restriction",
         "site_region"),
        ("[youtube] x: The uploader has not made this video available in your country",
         "site_region"),
        ("[youtube] x: This live event will begin in 5 hours.", "site_live"),
        ("[youtube] x: Premieres in 3 hours", "site_live"),
        ("[youtube] x: Video unavailable. This video has been removed", "site_unavailable"),
        ("[x] y: This video is DRM protected", "site_protected"),
        ("Unsupported URL: http://a.example/", "site_no_video"),
        ("[x] y: Unable to download webpage: HTTP Error 503", "fetch_unreachable"),
        ("[x] y: Unable to extract title; please report this issue", "site_failed"),
    ],
)  # fmt: skip
def test_what_it_says_has_a_code(said: str, code: str) -> None:
    assert failures.of_words(f"WARNING: sign in\nERROR: {said}").code == code


def test_the_log_has_no_address() -> None:
    said = "ERROR: [generic] film?token=s3cret: HTTP Error 404 at https://a.example/s3cret\nother"
    assert failures.without_names(said) == "ERROR: [generic] …: HTTP Error 404 at …"


def test_without_yt_dlp_nothing_is_fetched(
    site: BadServer, fetch: Fetch, settings: LazySettings, tmp_path: Path
) -> None:
    settings.YT_DLP = tmp_path / "nothing"
    assert _code(fetch, site.url()) == "site_tool_missing"


def test_a_yt_dlp_that_is_too_old_fetches_nothing(
    site: BadServer, fetch: Fetch, play: Callable[..., None]
) -> None:
    play(GETS, version="2023.12.30")
    assert _code(fetch, site.url()) == "site_tool_too_old"
