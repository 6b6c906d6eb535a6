"""axe-core checks every page in every state, wide and narrow, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import scenes, states
from tests.browser.scenes import Scene
from tests.browser.states import State
from tests.servers.app import running_vodloom
from tests.servers.redis import running_redis

pytestmark = [pytest.mark.browser, pytest.mark.thorough]

AXE = next(Path(__file__).parent.glob("vendor/axe-core-*/axe.js"))
SERIOUS = ("serious", "critical")
LOOKS: dict[str, dict[str, Any]] = {
    "wide-light": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    "phone-dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}
# Floating elements cover others, whose size is checked in the states without them; a user can
# scroll the page away from a bar at the lower edge, and from the header.
_RUN = """async () => {
  const floating = document.querySelector(
    "details.menu[open], details.confirm[open], .pick-bar:not([hidden])");
  const header = document.querySelector(".top");
  const isBelowHeader = (element) => header && scrollY > 0 && !header.contains(element)
    && element.getBoundingClientRect().top < header.getBoundingClientRect().bottom;
  const isOfHeader = ({ relatedNodes: near }) =>
    near.length > 0 && near.every(({ element }) => header.contains(element));
  const covered = ({ element, any }) =>
    ((floating && !floating.contains(element)) || isBelowHeader(element))
      && any.some(({ data }) => data?.messageKey?.includes("partiallyObscured"))
    || (isBelowHeader(element) && any.some(isOfHeader));
  const { violations } = await axe.run(document, {
    elementRef: true,
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  });
  return violations
    .map((one) => one.id === "target-size"
      ? { ...one, nodes: one.nodes.filter((node) => !covered(node)) } : one)
    .filter(({ nodes }) => nodes.length)
    .map(({ id, impact, nodes }) => ({
      id, impact, where: nodes.slice(0, 3).map(({ target }) => String(target)),
    }));
}"""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A site of its own, with a video in every state."""
    with ExitStack() as cleanup:
        redis = cleanup.enter_context(running_redis())
        data = tmp_path_factory.mktemp("scene")
        site = cleanup.enter_context(running_vodloom(data, redis=redis))
        made = scenes.make(site, tmp_path_factory.mktemp("clips"))
        cleanup.callback(scenes.go_on, site)
        yield made


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("look", LOOKS)
def test_nothing_serious_keeps_anybody_out(scene: Scene, chromium: Browser, look: str) -> None:
    found = {}
    with ExitStack() as cleanup:
        contexts = {
            who: _open(cleanup, chromium, scene, who, look)
            for who in ("", "ada", "new", "viewer", "careful", "staff")
        }
        page = contexts["staff"].new_page()
        admin = states.admin_states(page)
        page.close()
        for state in (*states.STATES, *admin):
            page = contexts[state.who].new_page()
            if serious := _look_at(scene, page, state):
                found[state.name] = serious
            contexts[state.who].set_offline(False)
            page.close()
    assert not found, "\n" + "\n".join(f"{name}: {one}" for name, one in found.items())


def _open(
    cleanup: ExitStack, chromium: Browser, scene: Scene, who: str, look: str
) -> BrowserContext:
    person = scene.staff if who == "staff" else scene[who] if who else None
    options = LOOKS[look] | {"base_url": scene.site.url, "reduced_motion": "reduce"}
    context = scenes.logged_in(chromium, person, **options)
    cleanup.callback(context.close)
    context.set_default_timeout(20_000)
    return context


def _look_at(scene: Scene, page: Page, state: State) -> list[dict[str, Any]]:
    """Return axe's serious findings. The debugger injects the script, which no content policy
    forbids."""
    states.open_state(scene, page, state)
    page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(_RUN)
    return [one for one in found if one["impact"] in SERIOUS]
