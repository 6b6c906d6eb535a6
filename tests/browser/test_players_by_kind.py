"""Videos from sources of every kind, played by every player."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.people import Person
from tests.browser.viewers import PLAYERS, Viewer, watching

pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
    pytest.mark.thorough,
    pytest.mark.timeout(300),
]

SECONDS = 11
LONG_SECONDS = 50
TONE = f"sine=330:d={SECONDS}:r=48000"


def picture(size: str = "640x360", rate: str = "30", seconds: float = SECONDS) -> list[str]:
    return ["-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}:d={seconds}"]


def tone(filters: str = TONE) -> list[str]:
    return ["-f", "lavfi", "-i", filters]


@dataclass(frozen=True)
class Kind:
    """A clip made by FFmpeg: its input, its output options, its file name, and the times at which
    spans or segments end."""

    inputs: list[str]
    outputs: list[str]
    suffix: str = ".mp4"
    pictures: bool = True
    borders: tuple[int, ...] = (1, 4, 8)

    def draw(self, folder: Path) -> Path:
        path = folder / f"clip{self.suffix}"
        quickly = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "300"]
        command = ["ffmpeg", "-v", "error", "-nostdin", "-y", *self.inputs]
        command += [*(quickly if self.pictures else []), *self.outputs, str(path)]
        subprocess.run(command, check=True)
        return path


# With a low bitrate, closed GOPs of two seconds and a constant rate, the top rung is a copy.
COPIED = ["-preset", "veryfast", "-g", "60", "-keyint_min", "60", "-sc_threshold", "0"]
COPIED += ["-x264-params", "open-gop=0", "-crf", "30", "-c:a", "aac"]
SPOKEN = ["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=deu"]
KINDS = {
    # Long enough for spans of several segments.
    "long": Kind(
        [*picture(seconds=LONG_SECONDS), *tone(f"sine=330:d={LONG_SECONDS}")],
        ["-c:a", "aac"],
        borders=(1, 12, 16, 20, 24, 28, 32),
    ),
    "film": Kind([*picture(rate="24000/1001"), *tone()], ["-c:a", "aac"]),
    "fast": Kind([*picture(rate="60000/1001"), *tone()], ["-c:a", "aac"]),
    "upright": Kind([*picture("360x640"), *tone()], ["-c:a", "aac"]),
    "silent": Kind(picture(rate="25"), []),
    "sound": Kind(tone(), ["-c:a", "aac"], ".m4a", pictures=False),
    "copied": Kind([*picture(), *tone()], COPIED),
    "stream": Kind([*picture(), *tone()], ["-c:a", "aac"], ".ts"),
    "sound ends early": Kind([*picture(), *tone("sine=330:d=5:r=44100")], ["-c:a", "aac"]),
    "sound begins late": Kind([*picture(), "-itsoffset", "3", *tone()], ["-c:a", "aac"]),
    "languages": Kind(
        [*picture(), *tone(), *tone(f"sine=660:d={SECONDS}")],
        [*["-map", "0", "-map", "1", "-map", "2", "-c:a", "aac"], *SPOKEN],
        ".mkv",
    ),
    "irregular": Kind(
        [*picture(), *tone()],
        ["-vf", "select='not(between(mod(n,40),7,15))'", "-vsync", "vfr", "-c:a", "aac"],
        ".mkv",
    ),
}


@dataclass(frozen=True)
class Prepared:
    """A ready video of a kind."""

    kind: Kind
    playback: dict[str, Any]


@pytest.fixture(scope="module", params=KINDS)
def prepared(
    request: pytest.FixtureRequest, demo: Person, tmp_path_factory: pytest.TempPathFactory
) -> Prepared:
    return prepare(KINDS[request.param], demo, tmp_path_factory.mktemp("kinds"))


def prepare(kind: Kind, demo: Person, folder: Path) -> Prepared:
    video = demo.wait_until_over(demo.upload(kind.draw(folder)))
    assert video["status"] == "ready", video
    return Prepared(kind, video["playback"])


@pytest.mark.parametrize(("player", "format_"), PLAYERS)
def test_it_plays_seeks_and_switches(
    prepared: Prepared, demo: Person, chromium: Browser, player: str, format_: str
) -> None:
    address = prepared.playback[format_]
    with watching(chromium, demo.site, player, address) as viewer:
        seeks_and_switches(viewer, prepared.kind.borders)
        viewer.seek(0)
        before = viewer.account
        viewer.play_to_the_end(rate=4)
        account = viewer.account
    assert account["complaints"] == []
    assert account["jumps"] == before["jumps"]
    assert len(account["buffered"]) == 1
    assert account["buffered"][0] == pytest.approx([0, account["duration"]], abs=0.1)


@pytest.fixture(scope="module")
def spoken(demo: Person, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A video with audio in two languages."""
    return prepare(KINDS["languages"], demo, tmp_path_factory.mktemp("kinds"))


@pytest.mark.parametrize(("player", "format_"), PLAYERS)
def test_languages_are_switched(
    spoken: Prepared, demo: Person, chromium: Browser, player: str, format_: str
) -> None:
    with watching(chromium, demo.site, player, spoken.playback[format_]) as viewer:
        assert viewer.page.evaluate("viewer.languages()") == ["en", "de"]
        for language, until in (("de", 3), ("en", 6), ("de", SECONDS)):
            viewer.play(rate=2)
            viewer.page.evaluate("language => viewer.speak(language)", language)
            viewer.reach(until)
        assert viewer.account["complaints"] == []


def test_keyframes_alone_are_played(spoken: Prepared, demo: Person, chromium: Browser) -> None:
    with watching(chromium, demo.site, "shaka", spoken.playback["hls"], ahead=3) as viewer:
        asked: list[str] = []
        viewer.page.on("request", lambda request: asked.append(request.url))
        viewer.page.evaluate("viewer.flick(4, 8)")
        assert any(url.endswith("-iframes.m3u8") for url in asked)
        viewer.play_to_the_end(rate=2)
        assert viewer.account["complaints"] == []


def seeks_and_switches(viewer: Viewer, borders: tuple[int, ...]) -> None:
    rungs = viewer.rungs
    for number, border in enumerate(borders):
        shown = viewer.seek(border - 0.1)
        assert shown == pytest.approx(border - 0.1, abs=0.05)
        if len(rungs) > 1:
            viewer.choose(rungs[number % len(rungs)], now=True)
        viewer.play()
        viewer.reach(border + 0.2)
