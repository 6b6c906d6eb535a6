"""Transcription by the real processes of the product, which are killed meanwhile."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from processing.site_videos.tests.sites import programs_in
from processing.speech.tests import spoken
from tests.servers.fixtures import StartVodloom
from tests.servers.process import wait_until
from tests.test_end_to_end import Owner

pytestmark = [pytest.mark.timeout(300), pytest.mark.thorough]
TIMES = 12


def test_a_worker_that_is_killed_while_it_transcribes_takes_the_engine_along(
    start_vodloom: StartVodloom, tmp_path: Path
) -> None:
    said = spoken.clip(tmp_path, before=1500, after=1500)
    sound = tmp_path / "talk.mp3"
    command = ["ffmpeg", "-v", "error", "-stream_loop", str(TIMES - 1), "-i", str(said.path)]
    subprocess.run([*command, str(sound)], check=True)
    vodloom = start_vodloom(
        VODLOOM_TRANSCRIBER="pocketsphinx", DJANGO_SETTINGS_MODULE="tests.ingest.settings"
    )
    owner, work = Owner(vodloom), vodloom.data / "work"
    video = owner.wait_until_over(owner.upload(sound)["id"])
    assert video["status"] == "ready"

    def heard() -> list[str]:
        return [line for line in programs_in(work) if "processing.speech" in line]

    wait_until(lambda: heard() != [], "the engine is at work", 60)
    vodloom.kill("light")
    wait_until(lambda: heard() == [], "the engine is gone")
    vodloom.start("light")
    tracks = f"{owner.url}{video['id']}/tracks/"

    def made() -> bool:
        return bool(owner.session.get(tracks, timeout=60).json()["results"])

    wait_until(made, "the captions are there", 120)
    [track] = owner.session.get(tracks, timeout=60).json()["results"]
    assert (track["origin"], track["language"]) == ("generated", "en")
    assert track["cues"] >= TIMES - 1
    wait_until(lambda: not any(work.iterdir()), "nothing is left")
