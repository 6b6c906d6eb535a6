"""`make bench NAME=x`: set everything up and run `benchmarks/x.py`."""

from __future__ import annotations

import sys
from pathlib import Path

from scripts import packages, venv
from scripts.console import Failed, fail, treat_termination_as_interrupt
from scripts.modules import run

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Run one benchmark."""
    treat_termination_as_interrupt()
    try:
        _bench(sys.argv[1] if len(sys.argv) > 1 else "")
    except Failed as failed:
        fail(failed)
    except KeyboardInterrupt:
        fail(Failed("Interrupted."))


def _bench(name: str) -> None:
    known = sorted(
        path.stem
        for path in (ROOT / "benchmarks").glob("*.py")
        if "\ndef main() -> None:" in path.read_text()
    )
    if name not in known:
        raise Failed(f"Say make bench NAME=…, one of: {', '.join(known)}.")
    packages.ensure(packages.FOR_TESTS)
    run(ROOT, venv.ensure(ROOT, "test"), f"benchmarks.{name}", [])


if __name__ == "__main__":
    main()
