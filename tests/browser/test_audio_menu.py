"""Each audio track of a file can be chosen in the player."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Person
from tests.browser.playing import settings, start
from tests.servers.process import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.thorough]


@pytest.fixture
def clip_with_two_audio_tracks(tmp_path: Path, short_clip: Path) -> Path:
    """A clip with two audio tracks in the same language, as screen recorders write them."""
    path = tmp_path / "two.mkv"
    tones = ["-f", "lavfi", "-i", "sine=d=3", "-f", "lavfi", "-i", "sine=f=880:d=3"]
    argv = ["ffmpeg", "-v", "error", "-i", str(short_clip), *tones, "-map", "0:v", "-map", "1:a"]
    argv += ["-map", "2:a", "-c:v", "copy", "-c:a", "aac"]
    argv += ["-metadata:s:a:0", "title=Screen", "-metadata:s:a:1", "title=Voice", str(path)]
    subprocess.run(argv, check=True)
    return path


def test_an_audio_track_is_chosen_in_the_settings(
    person: Person, open_page: Callable[[Person], Page], clip_with_two_audio_tracks: Path
) -> None:
    video = person.upload(clip_with_two_audio_tracks)
    person.wait_until_over(video)
    page = open_page(person)
    page.goto(f"/watch/{video}/")
    start(page)
    settings(page).click()
    audio_tracks = page.get_by_role("group", name="Audio")
    expect(audio_tracks.get_by_text("Screen")).to_be_visible()
    expect(audio_tracks.get_by_role("radio", name="Screen")).to_be_checked()
    audio_tracks.get_by_role("radio", name="Voice").check()
    wait_until(lambda: bool(page.evaluate("document.querySelector('video').currentTime > 0")), "on")
