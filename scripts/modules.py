"""Running a module of this tree in its virtual environment."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from scripts.console import Failed, wait_for


def run(root: Path, commands: Path, module: str, arguments: Sequence[str]) -> None:
    """Run `python -m module` with its output here; raises Failed when it ends badly."""
    path = [str(commands), os.environ.get("PATH", os.defpath)]
    child = subprocess.Popen(
        [str(commands / "python"), "-m", module, *arguments],
        cwd=root,
        env={
            **os.environ,
            "PATH": os.pathsep.join(path),
            "PYTHONPATH": os.pathsep.join([str(root), str(root / "platform")]),
        },
        stdin=subprocess.DEVNULL,
        # Ctrl-C is for us, so that the child hears of it once.
        start_new_session=True,
    )
    if code := wait_for(child):
        raise Failed(f"{module} failed (code {code})")
