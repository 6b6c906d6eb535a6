"""Each sound of a file can be chosen in the player."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.alone]


@pytest.fixture
def clip_with_two_sounds(tmp_path: Path, short_clip: Path) -> Path:
    """Two tracks of one language, as recorders of screens write them."""
    path = tmp_path / "two.mkv"
    tones = ["-f", "lavfi", "-i", "sine=d=3", "-f", "lavfi", "-i", "sine=f=880:d=3"]
    argv = ["ffmpeg", "-v", "error", "-i", str(short_clip), *tones, "-map", "0:v", "-map", "1:a"]
    argv += ["-map", "2:a", "-c:v", "copy", "-c:a", "aac"]
    argv += ["-metadata:s:a:0", "title=Screen", "-metadata:s:a:1", "title=Voice", str(path)]
    subprocess.run(argv, check=True)
    return path


def test_a_sound_is_chosen_by_the_menu(
    person: Person, open_page: Callable[[Person], Page], clip_with_two_sounds: Path
) -> None:
    video = person.upload(clip_with_two_sounds)
    person.wait_until_over(video)
    page = open_page(person)
    page.goto(f"/watch/{video}/")
    page.locator("media-controller").hover()
    page.locator("media-settings-menu-button").click()
    page.locator("media-settings-menu-item").filter(has_text="Sound").first.click()
    sounds = page.locator("media-audio-track-menu").get_by_role("menuitemradio")
    expect(sounds).to_have_text(["Screen", "Voice"])
    expect(sounds.first).to_have_attribute("aria-checked", "true")
    sounds.last.click()
    expect(sounds.last).to_have_attribute("aria-checked", "true")
