"""Captions in players that are not ours: hls.js with HLS, shaka-player with HLS and with DASH, of a
source whose clock begins at ten seconds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

from processing.ffmpeg.tests import clips
from processing.packaging.texts import GROWING_SUFFIX
from tests.browser import captioned
from tests.browser.captioned import cue
from tests.browser.people import Person
from tests.browser.viewers import PLAYERS, Viewer, watching
from tests.servers.app import Vodloom

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.thorough]

RATE, SECONDS = 5, 66
BORDER = 60
"""Where one segment of text ends and the next begins."""
LONG = "Across the border"


@dataclass(frozen=True)
class Prepared:
    """A ready video with captions that tell the second, and one that spans the border."""

    site: Vodloom
    playback: dict[str, str]


def moment(second: int) -> str:
    return f"{second // 60:02}:{second % 60:02}.000"


@pytest.fixture(scope="module")
def prepared(demo: Person, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    clip = later_clock(tmp_path_factory.mktemp("clips") / "late.ts")
    video = demo.upload(clip)
    seconds = [
        cue(moment(second), moment(second + 1), f"Second {second}") for second in range(SECONDS)
    ]
    long = cue(moment(BORDER - 3), moment(BORDER + 3), LONG)
    text = "".join([*seconds[: BORDER - 3], long, *seconds[BORDER - 3 :]])
    captioned.add(demo, video, text, kind="captions", language="en")
    captioned.add(
        demo, video, cue("00:00.000", "00:02.000", "Nur das"), kind="forced", language="de"
    )
    captioned.add(
        demo, video, cue("00:00.000", "00:05.000", "Anfang"), language="de", default="true",
        kind="subtitles",
    )  # fmt: skip
    ready = demo.wait_until_over(video)
    assert ready["status"] == "ready", ready
    return Prepared(demo.site, ready["playback"])


def later_clock(path: Path) -> Path:
    """A clip of numbered frames whose clock begins at ten seconds."""
    return clips.numbered(
        path, "-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-c:a", "aac",
        "-output_ts_offset", "10", "-f", "mpegts",
        count=SECONDS * RATE, rate=str(RATE), sound=f"sine=d={SECONDS}",
    )  # fmt: skip


SHORT = [("hls", "hls"), ("shaka", "dash")]
EACH = [
    pytest.param(player, id="-".join(player), marks=() if player in SHORT else pytest.mark.thorough)
    for player in PLAYERS
]


@pytest.fixture(params=EACH)
def viewer(
    request: pytest.FixtureRequest, prepared: Prepared, chromium: Browser
) -> Iterator[Viewer]:
    player, format_ = request.param
    with watching(chromium, prepared.site, player, prepared.playback[format_]) as viewer:
        yield viewer
        assert viewer.account["complaints"] == []


def test_the_right_cue_is_shown_wherever_one_seeks_to(viewer: Viewer) -> None:
    viewer.read("English")
    for second in (0, 12, BORDER + 4, BORDER - 1, BORDER, 3):
        for within in (0.1, 0.9):
            number, texts = viewer.read_at(second + within)
            assert number == int((second + within) * RATE)
            spanning = [LONG] if abs(second + 0.5 - BORDER) < 3 else []
            assert sorted(texts) == [*spanning, f"Second {second}"]


def test_captions_are_listed_with_what_they_are(viewer: Viewer) -> None:
    listed = {one["name"]: one for one in viewer.captions()}
    assert listed["English"].items() >= {"language": "en", "described": True}.items()
    assert listed["Deutsch"].items() >= {"language": "de", "described": False}.items()
    assert listed["Deutsch"]["chosen"]
    assert [name for name, one in listed.items() if one["forced"]] == ["Deutsch (forced)"]


@pytest.mark.thorough
def test_every_frame_has_its_cue_across_the_border_of_segments(viewer: Viewer) -> None:
    viewer.read("English")
    viewer.read_at(BORDER - 3.5)
    viewer.page.evaluate("() => { viewer.notes = true; }")
    viewer.play()
    viewer.reach(BORDER + 4)
    shown = viewer.page.evaluate("viewer.captioned")
    seen = set()
    for _, number, texts in shown:
        # Beside a border the clock may already be on the other side of it.
        if number % RATE not in (0, RATE - 1):
            second = number // RATE
            seen.add(second)
            assert f"Second {second}" in texts
            assert (LONG in texts) == (abs(second + 0.5 - BORDER) < 3)
            assert len(texts) == len(set(texts))
    assert {BORDER - 2, BORDER - 1, BORDER, BORDER + 1} <= seen


def test_who_began_while_it_grew_reads_on_in_short_segments(
    prepared: Prepared, chromium: Browser
) -> None:
    """The multivariant playlist of a growing release names other playlists of texts, which stay."""

    def as_it_was(route: Route) -> None:
        text = route.fetch().text()
        texts = [line for line in text.splitlines() if "TYPE=SUBTITLES" in line]
        for line in texts:
            text = text.replace(line, line.replace(".m3u8", f"{GROWING_SUFFIX}.m3u8"))
        route.fulfill(body=text, content_type="application/vnd.apple.mpegurl")

    address = prepared.playback["hls"]
    asked: list[str] = []
    routes = {"**/master.m3u8*": as_it_was}
    with watching(chromium, prepared.site, "hls", address, routes=routes) as viewer:
        viewer.page.on("request", lambda request: asked.append(request.url))
        viewer.read("English")
        for second in (2, BORDER + 4):
            assert f"Second {second}" in viewer.read_at(second + 0.5)[1]
        assert viewer.account["complaints"] == []
    assert len([url for url in asked if url.endswith(".vtt")]) > 2
