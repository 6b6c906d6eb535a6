"""Audio that was added to a video is chosen, and heard, in hls.js and in shaka-player."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.people import Person
from tests.browser.viewers import PLAYERS, Viewer, watching
from tests.servers.process import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.thorough]


@pytest.fixture(scope="module")
def playback(demo: Person, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The addresses of a video of half a minute with a low tone, to which a high one was added."""
    folder = tmp_path_factory.mktemp("added")
    argv = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=30"]
    argv += ["-f", "lavfi", "-i", "sine=f=300:d=30", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    subprocess.run([*argv, str(folder / "film.mp4")], check=True)
    tone = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=f=3000:d=30"]
    subprocess.run([*tone, str(folder / "high.flac")], check=True)
    video = demo.upload(folder / "film.mp4")
    demo.wait_until_over(video)
    with (folder / "high.flac").open("rb") as file:
        form = {"kind": "audio", "label": "High", "language": "fr"}
        address = f"/api/v1/videos/{video}/tracks/"
        added = demo.ask("POST", address, files={"file": file}, data=form)
    assert added.status_code == 201, added.text
    address += f"{added.json()['id']}/"
    wait_until(lambda: demo.ask("GET", address).json()["status"] == "ready", "it is ready", 60)
    return dict(demo.ask("GET", f"/api/v1/videos/{video}/").json()["playback"])


def loudest(viewer: Viewer) -> float:
    """The frequency in Hz that is loudest now."""
    return float(
        viewer.page.evaluate(
            """async () => {
              const { video } = viewer;
              if (!window.heard) {
                const context = new AudioContext();
                const analyser = new AnalyserNode(context, { fftSize: 4096 });
                context.createMediaStreamSource(video.captureStream()).connect(analyser);
                await context.resume();
                window.heard = { context, analyser };
              }
              const { context, analyser } = window.heard;
              await new Promise((resolve) => setTimeout(resolve, 500));
              const found = new Float32Array(analyser.frequencyBinCount);
              analyser.getFloatFrequencyData(found);
              return (found.indexOf(Math.max(...found)) * context.sampleRate) / analyser.fftSize;
            }"""
        )
    )


@pytest.mark.parametrize(("player", "format_"), PLAYERS)
def test_it_is_switched_to_and_heard(
    demo: Person, chromium: Browser, playback: dict[str, Any], player: str, format_: str
) -> None:
    with watching(chromium, demo.site, player, playback[format_]) as viewer:
        assert sorted(viewer.page.evaluate("viewer.languages()")) == ["fr", "und"]
        viewer.page.evaluate("viewer.video.muted = false")
        viewer.play()
        viewer.reach(1)
        assert loudest(viewer) == pytest.approx(300, abs=30)
        viewer.page.evaluate("viewer.speak('fr')")
        wait_until(lambda: abs(loudest(viewer) - 3000) < 30, "the added tone is heard")
        account = viewer.account
    assert account["complaints"] == []
