"""The tracks of a video, and their editor."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Page, expect

from tests.browser.editing import saved, text
from tests.browser.states.state import State


def _open_track_menu(page: Page) -> None:
    page.locator(".line .menu summary").first.click()


def _refuse_a_track(page: Page) -> None:
    page.get_by_role("button", name="Add", exact=True).click()
    wrong = b"1\n00:00:03,000 --> 00:00:02,000\nBad\n\n2\n00:00:05,000 --> 00:00:04,000\nWorse\n"
    file = {"name": "harbour.de.srt", "mimeType": "text/plain", "buffer": wrong}
    page.locator("#track-file").set_input_files([file])  # type: ignore[arg-type]  # a payload
    page.locator("#track-dialog").get_by_role("button", name="Add").click()
    expect(page.get_by_text("Line 2:")).to_be_visible()


def _begin_deleting_a_track(page: Page) -> None:
    _open_track_menu(page)
    page.locator(".line").get_by_role("button", name="Delete…").first.click()


def _loaded(page: Page) -> None:
    saved(page)


def _choose_a_cue(page: Page) -> None:
    saved(page)
    text(page, 3).click()


def _find_words(page: Page) -> None:
    _choose_a_cue(page)
    page.get_by_role("button", name="Find", exact=True).click()
    page.keyboard.type("her")


def _shift(page: Page) -> None:
    saved(page)
    page.get_by_role("button", name="Shift…").click()
    page.keyboard.type("-5")
    page.keyboard.press("Enter")


def _list_keys(page: Page) -> None:
    saved(page)
    page.get_by_role("button", name="Keys").click()


def _dispute(page: Page) -> None:
    saved(page)
    text(page, 1).fill("Der Hafen, von hier")
    page.evaluate(
        """async () => {
          const { address } = document.querySelector("cue-editor").dataset;
          const token = document.querySelector('meta[name="csrf-token"]').content;
          const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
          const cues = [{ start: 0, end: 1, text: `Von dort, ${Date.now()}` }];
          await fetch(address, { method: "PUT", headers, body: JSON.stringify({ cues }) });
        }"""
    )
    expect(page.locator(".conflict").first).to_be_visible()


def _leave_unsaved(page: Page) -> None:
    saved(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.route("**/cues/", lambda route: route.abort())
    text(page, 1).click()
    page.keyboard.type("!")
    expect(page.locator(".editor-state")).to_contain_text("Not saved")
    page.unroute("**/cues/")
    page.reload()
    expect(page.get_by_role("button", name="Restore").first).to_be_visible()


TRACKS: Sequence[State] = (
    State("tracks-menu", "/watch/{three_to_two}/", prepare=_open_track_menu),
    State("tracks-add", "/watch/{three_to_two}/", prepare=_refuse_a_track),
    State("tracks-delete", "/watch/{three_to_two}/", prepare=_begin_deleting_a_track),
    State("editor", "/watch/{three_to_two}/tracks/{captions}/edit/", prepare=_choose_a_cue),
    State("editor-find", "/watch/{three_to_two}/tracks/{captions}/edit/", prepare=_find_words),
    State("editor-shift", "/watch/{three_to_two}/tracks/{captions}/edit/", prepare=_shift),
    State("editor-keys", "/watch/{three_to_two}/tracks/{captions}/edit/", prepare=_list_keys),
    State("editor-chapters", "/watch/{three_to_two}/tracks/{chapters}/edit/", prepare=_loaded),
    State("editor-empty", "/watch/{three_to_two}/tracks/{blank}/edit/", prepare=_loaded),
    State("editor-disputed", "/watch/{three_to_two}/tracks/{disputed}/edit/", prepare=_dispute),
    State("editor-left", "/watch/{three_to_two}/tracks/{captions}/edit/", prepare=_leave_unsaved),
)
