"""Give texts to a video through the API, and look at them in the player."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.people import Person


def add(person: Person, video: str, text: str, **fields: str) -> str:
    """Add a track with the text of a WebVTT file to a video; return its id."""
    files = {"file": ("words.vtt", f"WEBVTT\n\n{text}".encode())}
    answer = person.ask("POST", f"/api/v1/videos/{video}/tracks/", data=fields, files=files)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def change(person: Person, video: str, track: str, *cues: tuple[float, float, str]) -> None:
    """Replace the cues of a track."""
    written = [{"start": start, "end": end, "text": text} for start, end, text in cues]
    address = f"/api/v1/videos/{video}/tracks/{track}/cues/"
    answer = person.ask("PUT", address, json={"cues": written})
    assert answer.status_code == 200, answer.text


def delete(person: Person, video: str, track: str) -> None:
    """Delete a track."""
    assert person.ask("DELETE", f"/api/v1/videos/{video}/tracks/{track}/").status_code == 204


def cue(start: str, end: str, text: str, settings: str = "") -> str:
    """Return a cue of a WebVTT file; times are minutes, seconds and milliseconds."""
    return f"{start} --> {end} {settings}\n{text}\n\n"


def go_to(page: Page, seconds: float) -> None:
    """Pause and seek, as a script does."""
    page.evaluate(
        """seconds => {
          const { media } = document.querySelector("vod-player");
          media.pause();
          media.currentTime = seconds;
        }""",
        seconds,
    )
