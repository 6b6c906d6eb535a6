"""The product's media in players: hls.js with HLS, shaka-player with HLS and with DASH."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import draw
from tests.browser.people import Person
from tests.browser.viewers import PLAYERS, Viewer, watching
from tests.servers.app import Vodloom

pytestmark = [pytest.mark.browser, pytest.mark.alone]

SECONDS = 16
FRAME = 1 / 30
# Spans end at 1, 4, 8 … seconds; segments at 4, 8 …; groups of pictures at 2, 4, 6 …
BORDERS = (1, 4, 8, 12)


@dataclass(frozen=True)
class Prepared:
    """A ready video."""

    site: Vodloom
    playback: dict[str, str]


@pytest.fixture(scope="module")
def prepared(demo: Person, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A clip with audio, processed in several spans of three rungs."""
    clip = draw(tmp_path_factory.mktemp("clips") / "bars.mp4", "854x480", seconds=SECONDS)
    video = demo.wait_until_over(demo.upload(clip))
    assert video["status"] == "ready", video
    return Prepared(demo.site, video["playback"])


# One HLS and one DASH player always run; the third runs only in the longest test run.
SHORT = [("hls", "hls"), ("shaka", "dash")]
EACH = [
    pytest.param(
        *player, id="-".join(player), marks=() if player in SHORT else pytest.mark.thorough
    )
    for player in PLAYERS
]


@pytest.fixture(params=[pytest.param(one.values, id=one.id, marks=one.marks) for one in EACH])
def viewer(
    request: pytest.FixtureRequest, prepared: Prepared, chromium: Browser
) -> Iterator[Viewer]:
    """A viewer that keeps the whole video buffered."""
    player, format_ = request.param
    with watching(chromium, prepared.site, player, prepared.playback[format_]) as viewer:
        yield viewer
        assert viewer.account["complaints"] == []


def test_it_plays_from_0_to_the_end_without_a_gap(viewer: Viewer) -> None:
    viewer.play_to_the_end(rate=8)
    account = viewer.account
    assert account["jumps"] == 0
    assert [round(edge, 1) for edge in account["played"][0]] == [0, SECONDS]
    assert len(account["played"]) == len(account["buffered"]) == 1
    assert account["duration"] == pytest.approx(SECONDS, abs=FRAME)
    assert account["buffered"][0] == pytest.approx([0, SECONDS], abs=0.1)


def test_it_goes_on_wherever_one_seeks_to(viewer: Viewer) -> None:
    for border in reversed(BORDERS):
        before = border - 2.5 * FRAME
        assert viewer.seek(before) == pytest.approx(before - FRAME / 2, abs=0.001)
        viewer.play()
        viewer.reach(border + 0.2)
        after = border + 0.5 * FRAME
        assert viewer.seek(after) == pytest.approx(border, abs=0.001)
    viewer.play_to_the_end(rate=8)
    assert viewer.account["jumps"] == 0


def test_rungs_are_switched_at_once_wherever_it_is(viewer: Viewer) -> None:
    low, *_, high = viewer.rungs
    viewer.play()
    for number, border in enumerate(BORDERS[::2]):
        height = (low, high)[number % 2]
        viewer.seek(border - 0.2)
        viewer.choose(height, now=True)
        viewer.play()
        viewer.reach(border + 0.2)
        viewer.page.wait_for_function("h => viewer.video.videoHeight === h", arg=height)
    viewer.play_to_the_end(rate=8)


@pytest.mark.parametrize(("player", "format_"), EACH)
def test_every_segment_may_come_from_another_rung(
    prepared: Prepared, chromium: Browser, player: str, format_: str
) -> None:
    address = prepared.playback[format_]
    with watching(chromium, prepared.site, player, address, ahead=3) as viewer:
        viewer.change_rungs()
        viewer.play_to_the_end(rate=4)
        account = viewer.account
    assert account["complaints"] == []
    assert account["jumps"] == 0
    assert {480, 240} <= set(account["heights"])
    assert len(account["played"]) == 1
