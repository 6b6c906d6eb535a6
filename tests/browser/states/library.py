"""The library, its folders and images, and the trash."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Page, WebSocket, expect

from tests.browser.states.state import State

# How often it is looked, 50 ms apart, whether the feed was heard.
_LOOKS = 600


def _open_menu(page: Page) -> None:
    page.locator(".card-menu summary").first.click()


def _rest_on_a_card(page: Page) -> None:
    page.emulate_media(reduced_motion="no-preference")
    page.locator(".card .picture").last.hover()
    expect(page.locator(".hover-preview[data-shown]")).to_be_visible()


def _open_account_menu(page: Page) -> None:
    page.locator("summary.account").click()


def _pick_two(page: Page) -> None:
    page.get_by_role("button", name="Select").click()
    for box in page.locator(".pick input").all()[:2]:
        box.check()


def _confirm_deletion(page: Page) -> None:
    page.locator(".confirm summary").first.click()


def _drag_over(page: Page) -> None:
    page.evaluate("document.documentElement.setAttribute('data-dropping', '')")


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


def _lose_the_feed(page: Page) -> None:
    """Once it was heard: what arrives afterwards would count as the connection being back."""
    heard: list[WebSocket] = []

    def hear(socket: WebSocket) -> None:
        socket.on("framereceived", lambda _: heard.append(socket))

    page.on("websocket", hear)
    page.reload()
    for _ in range(_LOOKS):
        if heard:
            break
        page.wait_for_timeout(50)  # a sleep would keep the events of the page from coming
    assert heard
    page.context.set_offline(True)
    expect(page.get_by_text("No connection to the server")).to_be_visible(timeout=15_000)


LIBRARY: Sequence[State] = (
    State("library-empty", "/", "new"),
    State("library-viewer", "/", "viewer"),
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
    State("images", "/images/"),
    State("images-folder", "/images/?folder={trips}"),
    State("images-tagged", "/images/?tag=mountains"),
    State("images-nothing-found", "/images/?q=nothing+of+the+kind"),
    State("images-empty", "/images/", "new"),
    State("images-restored", "/images/", prepare=_delete_an_image),
    State("trash", "/trash/"),
    State("trash-confirm", "/trash/", prepare=_confirm_deletion),
    State("trash-empty", "/trash/", "new"),
)
