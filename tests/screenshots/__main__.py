"""Make pictures of every page and state and of every mail, wide, dark and on a phone, of a site of
its own.

    python -m tests.screenshots [--out FOLDER] [--only WORD] [--docs]

The site is started with servers of its own and filled with made-up videos; nothing else is touched.
With ``--docs`` the pictures in docs/images are made anew, and no others.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page

from tests.browser import scenes, states
from tests.browser.launching import running_chromium
from tests.browser.scenes import Scene
from tests.browser.states import State
from tests.screenshots import mails
from tests.servers.app import running_vodloom
from tests.servers.redis import running_redis

ROOT = Path(__file__).parents[2]
_PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "device_scale_factor": 2,
}
LOOKS: Mapping[str, Mapping[str, Any]] = {
    "light": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "phone": {**_PHONE, "color_scheme": "light"},
    "phone-dark": {**_PHONE, "color_scheme": "dark"},
}
# A few more looks at what changes its shape most.
RARE_LOOKS: Mapping[str, Mapping[str, Any]] = {
    "narrow": {"viewport": {"width": 320, "height": 640}, "color_scheme": "light"},
    "huge": {"viewport": {"width": 2560, "height": 1440}, "color_scheme": "light"},
    "forced-colors": {"viewport": {"width": 1280, "height": 800}, "forced_colors": "active"},
    "no-script": {"viewport": {"width": 1280, "height": 800}, "java_script_enabled": False},
}
RARELY = ("library", "upload", "watch", "account", "trash", "login", "public")
# The API docs are the longest page.
_LONG_PAGE_MS = 120_000
# What docs/ shows.
DOCS = ("library", "watch")


def main() -> None:
    """Make them, and say where they are."""
    arguments = _arguments()
    out = ROOT / "docs" / "images" if arguments.docs else arguments.out
    out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as cleanup:
        scene = cleanup.enter_context(_scene())
        chromium = cleanup.enter_context(running_chromium())
        if arguments.docs:
            count = _shoot(scene, chromium, out, {"": LOOKS["light"]}, DOCS, exact=True)
        else:
            count = _shoot(scene, chromium, out, LOOKS, (), only=arguments.only)
            count += _shoot(scene, chromium, out, RARE_LOOKS, RARELY, only=arguments.only)
            count += mails.shoot(scene, chromium, out, LOOKS, only=arguments.only)
    sys.stdout.write(f"{count} pictures in {out}\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "screenshots")
    parser.add_argument("--only", default="", help="states whose names contain this")
    parser.add_argument("--docs", action="store_true", help="those of docs/images")
    return parser.parse_args()


@contextmanager
def _scene() -> Iterator[Scene]:
    with ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="vodloom-shots-")))
        redis = cleanup.enter_context(running_redis())
        (folder / "data").mkdir()
        site = cleanup.enter_context(running_vodloom(folder / "data", redis=redis))
        scene = scenes.make(site, folder)
        cleanup.callback(scenes.go_on, site)
        yield scene


def _shoot(
    scene: Scene,
    chromium: Browser,
    out: Path,
    looks: Mapping[str, Mapping[str, Any]],
    names: tuple[str, ...],
    *,
    only: str = "",
    exact: bool = False,
) -> int:
    """Pictures of all states, or of those named; how many."""
    count = 0
    for look, options in looks.items():
        with ExitStack() as cleanup:
            contexts = _Contexts(cleanup, scene, chromium, options)
            for state in _states(contexts, names, only):
                name = f"{state.name}.png" if exact else f"{state.name}-{look}.png"
                count += _frame(scene, contexts[state.who], state, out / name, whole=not exact)
    return count


def _states(contexts: _Contexts, names: tuple[str, ...], only: str) -> Iterator[State]:
    wanted = list(states.STATES)
    if not names:
        page = contexts["staff"].new_page()
        wanted += states.admin_states(page)
        page.close()
    yield from (
        state for state in wanted if (not names or state.name in names) and only in state.name
    )


class _Contexts(dict[str, BrowserContext]):
    """The contexts of users, who log in when their first page is wanted."""

    def __init__(
        self, cleanup: ExitStack, scene: Scene, chromium: Browser, options: Mapping[str, Any]
    ) -> None:
        super().__init__()
        self._cleanup, self._scene, self._chromium = cleanup, scene, chromium
        self._options = {"base_url": scene.site.url, "reduced_motion": "reduce", **options}

    def __missing__(self, who: str) -> BrowserContext:
        scene = self._scene
        person = {"": None, "staff": scene.staff, **scene.people}[who]
        self[who] = scenes.logged_in(self._chromium, person, **self._options)
        self[who].set_default_timeout(15_000)
        self._cleanup.callback(self[who].close)
        return self[who]


def _frame(scene: Scene, context: BrowserContext, state: State, file: Path, *, whole: bool) -> bool:
    """One picture; a state that cannot be reached so, such as one by script without scripts, is
    left out."""
    page = context.new_page()
    try:
        states.open_state(scene, page, state)
        _settle(page)
        page.screenshot(path=file, full_page=whole, timeout=_LONG_PAGE_MS)
    except (Error, AssertionError) as error:
        sys.stderr.write(f"{file.name}: {str(error).splitlines()[0]}\n")
        return False
    finally:
        context.set_offline(False)
        page.close()
    return True


def _settle(page: Page) -> None:
    """Until pictures, also those below the window, fonts and players stand still."""
    page.eval_on_selector_all(
        "img[loading=lazy]", "images => images.forEach((image) => { image.loading = 'eager'; })"
    )
    page.wait_for_timeout(600)


if __name__ == "__main__":
    main()
