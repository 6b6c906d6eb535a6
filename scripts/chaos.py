"""`make chaos [MINUTES=10] [SEED=…]`: set everything up and let chaos rage (tests/chaos)."""

from __future__ import annotations

import sys
from pathlib import Path

from scripts import packages, venv
from scripts.console import Failed, fail, treat_termination_as_interrupt
from scripts.modules import run

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Run the long form: [--minutes M] [--seed S]."""
    treat_termination_as_interrupt()
    try:
        packages.ensure(packages.FOR_TESTS)
        run(ROOT, venv.ensure(ROOT, "test"), "tests.chaos", sys.argv[1:])
    except Failed as failed:
        fail(failed)
    except KeyboardInterrupt:
        fail(Failed("Interrupted."))


if __name__ == "__main__":
    main()
