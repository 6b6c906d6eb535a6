"""Pictures of every mail, as HTML and as text."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.browser.scenes import Scene

_WRITE = "from pathlib import Path; from tests.mailed import write_all; write_all(Path({folder!r}))"


def shoot(
    scene: Scene, chromium: Browser, out: Path, looks: Mapping[str, Mapping[str, Any]], *, only: str
) -> int:
    """Make the pictures whose names contain ``only``; return how many."""
    count = 0
    with tempfile.TemporaryDirectory(prefix="vodloom-mails-") as folder:
        scene.site.manage("shell", "--command", _WRITE.format(folder=folder))
        for look, options in looks.items():
            context = chromium.new_context(**options)
            page = context.new_page()
            for file in sorted(Path(folder).iterdir()):
                name = f"mail-{file.stem}{'-text' if file.suffix == '.txt' else ''}"
                if only in name:
                    page.goto(file.as_uri())
                    page.screenshot(path=out / f"{name}-{look}.png", full_page=True)
                    count += 1
            context.close()
    return count
