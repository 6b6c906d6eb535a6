"""Chromium, Firefox and WebKitGTK show every frame at its time, in sync with the audio: during
playback, after seeks, and after changes of quality."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.sync_api import Page

from tests.browser import drivers
from tests.browser.numbered import FRAMES, RATE, REORDERED, SECONDS, Numbered
from tests.browser.viewers import PLAYERS, Viewer, served

pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
    pytest.mark.thorough,
    pytest.mark.timeout(300),
]

NEAR = 0.01
# Times at, beside and between the borders of spans, segments and groups of pictures.
SEEKS = (15, 4, 3.96, 8.04, 1, 0.96, 11.52, 0)


@contextmanager
def chromium(request: pytest.FixtureRequest, folder: Path) -> Iterator[Page]:
    """A page in the Chromium of the other tests, since playwright can run only once per process."""
    page = request.getfixturevalue("chromium").new_page()
    yield page
    page.close()


def firefox(request: pytest.FixtureRequest, folder: Path) -> AbstractContextManager[drivers.Tab]:
    return drivers.firefox(folder)


def webkit(request: pytest.FixtureRequest, folder: Path) -> AbstractContextManager[drivers.Tab]:
    return drivers.webkit(folder)


def missing(*programs: str) -> pytest.MarkDecorator:
    lacking = [program for program in programs if not shutil.which(program)]
    return pytest.mark.skipif(bool(lacking), reason=f"not installed: {', '.join(lacking)}")


@dataclass(frozen=True)
class Kind:
    """A kind of browser: how it is started, whether it does not report the frames it shows
    (`silent`), by how many frames it may be late, and the options the viewer is given in it."""

    begin: Callable[[pytest.FixtureRequest, Path], AbstractContextManager[Any]]
    silent: bool = False
    may_be_late: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Open:
    """An open browser with its page."""

    kind: Kind
    page: Page


# What gets shaka-player 5.2.12 around two faults that any stream meets: docs/media.md, "Players".
KEEPING = {"keep": 0.1}
TRUSTING = {
    "configuration": {"manifest": {"hls": {"ignoreManifestTimestampsInSegmentsMode": True}}}
}

has_firefox = shutil.which("firefox-esr") or shutil.which("firefox")
BROWSERS = [
    pytest.param(Kind(chromium), id="chromium"),
    pytest.param(
        Kind(firefox, options=KEEPING),
        id="firefox",
        marks=pytest.mark.skipif(not has_firefox, reason="not installed: firefox-esr"),
    ),
    # WebKit before July 2026 ignores edit lists: see docs/media.md.
    pytest.param(
        Kind(webkit, silent=True, may_be_late=REORDERED, options=KEEPING | TRUSTING),
        id="webkitgtk",
        marks=missing("WebKitWebDriver", "xvfb-run"),
    ),
]


@pytest.fixture(scope="module", params=BROWSERS)
def browser(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Open]:
    with request.param.begin(request, tmp_path_factory.mktemp("browser")) as tab:
        # A Tab is not a page of playwright, but it evaluates scripts like one.
        yield Open(request.param, cast(Page, tab))


@pytest.fixture(params=PLAYERS, ids=["-".join(player) for player in PLAYERS])
def viewer(request: pytest.FixtureRequest, browser: Open, numbered: Numbered) -> Iterator[Viewer]:
    player, format_ = request.param
    page, options = browser.page, {"silent": browser.kind.silent, **browser.kind.options}
    with served() as address:
        page.goto(address)
        page.wait_for_function("() => Boolean(window.watch)")
        page.evaluate("given => watch(...given)", [player, numbered.address(format_), options])
        # Only with all data buffered is the displayed frame exactly predictable.
        page.wait_for_function(
            "end => viewer.account().buffered.some(([a, b]) => a < 0.1 && b > end)",
            arg=SECONDS - 0.1,
        )
        yield Viewer(page, player)
        assert list(page.evaluate("viewer.complaints")) == []


def test_every_frame_is_at_its_time_and_beside_its_audio(viewer: Viewer, browser: Open) -> None:
    late = lateness(viewer, browser)
    for second in SEEKS:
        viewer.seek(second + 0.5 / RATE)
        assert viewer.number() == max(0, round(second * RATE) - late)
    viewer.page.evaluate("() => { viewer.notes = true; }")
    viewer.play_to_the_end(rate=1)
    assert_buffered(viewer.account["apart"], late)
    told = viewer.page.evaluate("viewer.numbered")
    assert len({number for _, number in told}) > FRAMES / 2
    # The next frame may already be shown when one is reported, and the clock goes on meanwhile.
    # A browser that starts late holds the first frame.
    off = [time * RATE - number - late for time, number in told if number or not late]
    assert min(off) > -1 - NEAR
    assert max(off) < (3 if browser.kind.silent else 1) + NEAR


def lateness(viewer: Viewer, browser: Open) -> int:
    """Return by how many frames the browser is late."""
    viewer.seek(2 + 0.5 / RATE)
    late = 2 * RATE - viewer.number()
    assert late in (0, browser.kind.may_be_late)
    return late


def assert_buffered(apart: list[list[list[float]]], late: int) -> None:
    """Check that video and audio are buffered from 0 to the end without gaps."""
    assert len(apart) == 2
    for ranges in apart:
        assert len(ranges) == 1
        first, end = ranges[0]
        assert first == pytest.approx(0, abs=NEAR)
        assert end == pytest.approx(SECONDS, abs=0.05 + late / RATE)


def test_the_quality_changes_in_place(viewer: Viewer, browser: Open) -> None:
    late = lateness(viewer, browser)
    low, *_, high = viewer.rungs
    viewer.play()
    for second, height in ((4, low), (8, high), (12, low)):
        viewer.seek(second - 0.2)
        viewer.choose(height, now=True)
        viewer.play()
        viewer.reach(second + 0.3)
        viewer.page.wait_for_function("h => viewer.video.videoHeight === h", arg=height)
        viewer.seek(second + 12.5 / RATE)
        assert viewer.number() == second * RATE + 12 - late
