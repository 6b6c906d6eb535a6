"""The list of all pages in all their states: the user, the address, and the steps that lead to the
state. The axe tests and `make screenshots` go through this list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser import captioned
from tests.browser.editing import saved, text
from tests.browser.people import PASSWORD
from tests.browser.playing import media, start
from tests.browser.scenes import Scene


def nothing(page: Page) -> None:
    """Leave a page as it is at first."""


@dataclass(frozen=True)
class State:
    """One page in one state: its user, its address, and the steps that lead to the state.

    ``who`` is empty for a stranger; names in braces in ``path`` stand for the ids of videos,
    folders and tracks."""

    name: str
    path: str
    who: str = "ada"
    prepare: Callable[[Page], None] = nothing


def open_state(scene: Scene, page: Page, state: State) -> None:
    """Show a page in a state, and wait for its pictures and fonts. What the browser keeps of it is
    forgotten, so that the next page is as at the first visit."""
    named = {**scene.videos, **scene.folders, **scene.tracks, **scene.links}
    page.goto(state.path.format(**named))
    if state.prepare is not nothing:
        state.prepare(page)
        page.evaluate("localStorage.clear()")
    page.wait_for_load_state("load")


def _open_menu(page: Page) -> None:
    page.locator(".card-menu summary").first.click()


def _rest_on_a_card(page: Page) -> None:
    page.emulate_media(reduced_motion="no-preference")
    page.locator(".card .picture").last.hover()
    expect(page.locator(".hover-preview[data-shown]")).to_be_visible()


def _point_at_the_timeline(page: Page) -> None:
    start(page)
    media(page).evaluate("media => media.pause()")
    page.locator("media-time-range").hover()


def _show_captions(page: Page) -> None:
    start(page)
    captioned.go_to(page, 1.5)
    expect(page.locator("caption-view .cue")).to_be_visible()
    page.locator("media-controller").hover()


def _open_captions(page: Page) -> None:
    _show_captions(page)
    page.get_by_role("button", name="Captions").click()
    page.get_by_text("How they look").click()


def _open_chapters(page: Page) -> None:
    _show_captions(page)
    page.locator("player-chapters button").first.click()


def _open_transcript(page: Page) -> None:
    _show_captions(page)
    page.get_by_role("button", name="Transcript").click()
    page.get_by_label("Search the transcript").fill("the")
    expect(page.get_by_text("1 of ")).to_be_visible()


def _read_from_right_to_left(page: Page) -> None:
    _open_captions(page)
    page.get_by_role("radio", name="العربيّة").check()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Transcript").click()
    captioned.go_to(page, 0.5)
    expect(page.locator("caption-view .cue")).to_be_visible()


def _open_account_menu(page: Page) -> None:
    page.locator("summary.account").click()


def _pick_two(page: Page) -> None:
    page.get_by_role("button", name="Select").click()
    for box in page.locator(".pick input").all()[:2]:
        box.check()


def _create_key(page: Page) -> None:
    page.get_by_label("What the key is for").fill("The build server")
    page.get_by_role("button", name="Create a key").click()
    expect(page.get_by_text("Copy the key")).to_be_visible()


def _begin_revoking(page: Page) -> None:
    page.locator("#keys summary").first.click()


def _begin_logging_out(page: Page) -> None:
    page.locator("#sessions summary").click()


def _prove(page: Page) -> None:
    """Enter the password, unless that was done a moment ago."""
    if page.get_by_role("heading", name="Is it you?").is_visible():
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("link", name="Cancel")).to_be_visible()


def _ask_for_confirmation(page: Page) -> None:
    page.get_by_role("button", name="Send confirmation").first.click()


def _wrong_password(page: Page) -> None:
    page.get_by_label("Current password", exact=True).fill("nothing of the kind")
    page.get_by_label("New password", exact=True).fill("1234")
    page.get_by_label("New password again", exact=True).fill("12345")
    page.get_by_role("button", name="Change password").click()
    expect(page.locator(".errorlist").first).to_be_visible()


def _wrong_login(page: Page) -> None:
    page.get_by_label("Email address").fill("ada@example.com")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator(".errorlist:visible").first).to_be_visible()


def _confirm_deletion(page: Page) -> None:
    page.locator(".confirm summary").first.click()


def _drag_over(page: Page) -> None:
    page.evaluate("document.documentElement.setAttribute('data-dropping', '')")


def _refuse_files(page: Page) -> None:
    files = [
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Not a film at all.\n"},
        {"name": "slides.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 ...\x00"},
        {"name": "empty.mp4", "mimeType": "video/mp4", "buffer": b""},
    ]
    page.get_by_label("Choose files").set_input_files(files)  # type: ignore[arg-type]  # payloads
    expect(page.get_by_text("This is a text")).to_be_visible()


def hold_uploads(page: Page) -> None:
    """Make all uploads from now on hang."""
    page.route("**/api/v1/videos/", lambda route: None)


def _stall(page: Page) -> None:
    hold_uploads(page)
    film = {
        "name": "On its way.mp4",
        "mimeType": "video/mp4",
        "buffer": b"\x00\x00\x00\x18ftypmp42",
    }
    page.get_by_label("Choose files").set_input_files([film])  # type: ignore[arg-type]  # a payload
    expect(page.get_by_text("No data for")).to_be_visible()


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


def _name_a_folder(page: Page) -> None:
    page.get_by_role("button", name="New folder").click()
    page.keyboard.type("Winter")


def _move_a_folder(page: Page) -> None:
    page.locator(".folder summary").first.click()
    page.get_by_role("button", name="Move…").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _delete_an_image(page: Page) -> None:
    page.get_by_role("button", name="Delete tiny").click()
    expect(page.get_by_text("is in the trash")).to_be_visible()
    page.goto("/trash/")
    page.get_by_role("button", name="Restore tiny").click()
    expect(page.get_by_text("is back among the images")).to_be_visible()


def _create_webhook(page: Page) -> None:
    page.get_by_label("Address").fill("https://hooks.example.org/videos")
    page.get_by_label("What it is for").fill("The shop")
    page.get_by_text("Choose events").click()
    page.get_by_label("video.ready", exact=True).check()
    page.get_by_role("button", name="Create the webhook").click()
    expect(page.get_by_text("It is not shown again.")).to_be_visible()


def _try_webhook(page: Page) -> None:
    _create_webhook(page)
    page.get_by_role("button", name="Send a test event").click()
    page.locator(".message-log summary").first.click()
    expect(page.get_by_role("heading", name="Request")).to_be_visible()


def _lose_the_feed(page: Page) -> None:
    page.context.set_offline(True)
    expect(page.get_by_text("No connection to the server")).to_be_visible(timeout=15_000)


STATES: Sequence[State] = (
    State("login", "/accounts/login/", ""),
    State("login-wrong", "/accounts/login/", "", _wrong_login),
    State("signup", "/accounts/signup/", ""),
    State("password-reset", "/accounts/password/reset/", ""),
    State("password-reset-sent", "/accounts/password/reset/done/", ""),
    State("password-reset-old-link", "/accounts/password/reset/key/1-x/", ""),
    State("email-sent", "/accounts/confirm-email/", ""),
    State("email-old-link", "/accounts/confirm-email/nothing/", ""),
    State("account-closed", "/accounts/inactive/", ""),
    State("invitation", "/accounts/invitation/{invitation}/", ""),
    State("invitation-old-link", "/accounts/invitation/nothing/", ""),
    State("invitation-logged-in", "/accounts/invitation/{invitation}/"),
    State("not-found-stranger", "/watch/00000000-0000-0000-0000-000000000000/", ""),
    State("public", "/watch/{light_on_water}/", ""),
    State("public-upright", "/watch/{upright}/", ""),
    State("library-empty", "/", "new"),
    State("library-viewer", "/", "viewer"),
    State("upload-refused-account", "/upload/", "viewer"),
    State("library", "/"),
    State("library-menu", "/", prepare=_open_menu),
    State("library-account-menu", "/", prepare=_open_account_menu),
    State("library-previewing", "/", prepare=_rest_on_a_card),
    State("library-picking", "/", prepare=_pick_two),
    State("library-dropping", "/", prepare=_drag_over),
    State("library-failed", "/?status=failed"),
    State("library-sorted", "/?sort=title"),
    State("library-nothing-found", "/?q=nothing+of+the+kind"),
    State("library-offline", "/", prepare=_lose_the_feed),
    State("folder", "/?folder={trips}"),
    State("folder-nested", "/?folder={nested}"),
    State("folder-empty", "/?folder={empty}"),
    State("folder-many", "/?folder={many}"),
    State("folder-create", "/?folder={empty}", prepare=_name_a_folder),
    State("folder-move", "/?folder={trips}", prepare=_move_a_folder),
    State("folder-tagged", "/?tag=mountains"),
    State("folder-upload", "/upload/?folder={nested}"),
    State("folder-upload-stalled", "/upload/?folder={nested}", prepare=_stall),
    State("images", "/images/"),
    State("images-folder", "/images/?folder={trips}"),
    State("images-tagged", "/images/?tag=mountains"),
    State("images-nothing-found", "/images/?q=nothing+of+the+kind"),
    State("images-empty", "/images/", "new"),
    State("images-restored", "/images/", prepare=_delete_an_image),
    State("upload", "/upload/"),
    State("upload-refused", "/upload/", prepare=_refuse_files),
    State("upload-stalled", "/upload/", prepare=_stall),
    State("watch", "/watch/{light_on_water}/"),
    State("watch-seeking", "/watch/{light_on_water}/", prepare=_point_at_the_timeline),
    State("watch-captions", "/watch/{light_on_water}/", prepare=_show_captions),
    State("watch-captions-menu", "/watch/{light_on_water}/", prepare=_open_captions),
    State("watch-chapters", "/watch/{light_on_water}/", prepare=_open_chapters),
    State("watch-transcript", "/watch/{light_on_water}/", prepare=_open_transcript),
    State("watch-arabic", "/watch/{light_on_water}/", prepare=_read_from_right_to_left),
    State("watch-upright", "/watch/{upright}/"),
    State("watch-sound", "/watch/{sound}/"),
    State("watch-sound-captions", "/watch/{sound}/", prepare=_show_captions),
    State("watch-sound-transcript", "/watch/{sound}/", prepare=_open_transcript),
    State("public-transcript", "/watch/{light_on_water}/", "", _open_transcript),
    State("watch-working", "/watch/{working}/"),
    State("watch-waiting", "/watch/{waiting}/"),
    State("watch-failed", "/watch/{failed}/"),
    State("watch-canceled", "/watch/{canceled}/"),
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
    State("trash", "/trash/"),
    State("trash-confirm", "/trash/", prepare=_confirm_deletion),
    State("trash-empty", "/trash/", "new"),
    State("account", "/account/"),
    State("account-usage", "/account/usage/"),
    State("account-keys", "/account/keys/"),
    State("account-key", "/account/keys/", prepare=_create_key),
    State("account-revoke", "/account/keys/", prepare=_begin_revoking),
    State("security-wrong", "/account/security/", prepare=_wrong_password),
    State("account-told", "/account/", prepare=_ask_for_confirmation),
    State("account-new", "/account/", "new"),
    State("account-notifications", "/account/notifications/"),
    State("account-webhooks", "/account/webhooks/"),
    State("account-webhook", "/account/webhooks/", prepare=_create_webhook),
    State("account-webhook-log", "/account/webhooks/", prepare=_try_webhook),
    State("security", "/account/security/"),
    State("security-everywhere", "/account/security/", prepare=_begin_logging_out),
    State("security-proof", "/accounts/2fa/webauthn/add/"),
    State("security-passkey", "/accounts/2fa/webauthn/add/", prepare=_prove),
    State("security-app", "/accounts/2fa/totp/activate/", prepare=_prove),
    State("logout", "/accounts/logout/"),
    State("not-found", "/no/such/page/"),
    State("api-docs", "/api/docs/"),
)
"""The states of the pages, in an order in which none spoils the next."""

_ADMIN: Sequence[State] = (
    State("admin", "/admin/", "staff"),
    State("admin-review", "/admin/videos/video/review/", "staff"),
    State("admin-pictures", "/admin/videos/video/{light_on_water}/change/", "staff"),
    State("admin-sound", "/admin/videos/video/{sound}/change/", "staff"),
    State("admin-invitation-new", "/admin/accounts/invitation/add/", "staff"),
    State("admin-profile-new", "/admin/processing/encodingprofile/add/", "staff"),
)


def admin_states(page: Page) -> list[State]:
    """Return the admin's pages: those in a state of their own, the lists that the index links to,
    and the first row of each."""
    page.goto("/admin/")
    links: list[str] = page.eval_on_selector_all(
        "a[href^='/admin/']", "links => links.map((link) => link.getAttribute('href'))"
    )
    lists = sorted({link for link in links if link.count("/") == 4 and link.endswith("/")})
    states = list(_ADMIN)
    for address in lists:
        name = "admin-" + "-".join(address.strip("/").split("/")[1:])
        states.append(State(name, address, "staff"))
        page.goto(address)
        row = page.locator(f"#result_list tbody a[href^='{address}']").first
        if row.count() and (link := row.get_attribute("href")):
            states.append(State(f"{name}-one", link, "staff"))
    return states
