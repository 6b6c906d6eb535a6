"""`python -m scripts COMMAND [ARGUMENT…]`: the commands of the Makefile."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from scripts import measure, run, test
from scripts.console import Failed, fail, treat_termination_as_interrupt

ROOT = Path(__file__).resolve().parent.parent
COMMANDS: Mapping[str, Callable[[Path, Sequence[str]], None]] = {
    "run": run.run,
    "test": test.test,
    "bench": measure.bench,
    "chaos": measure.chaos,
    "screenshots": measure.screenshots,
}


def main() -> None:
    """Run one command; if it fails, print why in a sentence and exit with code 1."""
    treat_termination_as_interrupt()
    name, *arguments = sys.argv[1:] or [""]
    try:
        if name not in COMMANDS:
            raise Failed(f"There is no command {name!r}; there are {', '.join(COMMANDS)}.")
        COMMANDS[name](ROOT, arguments)
    except Failed as failed:
        fail(failed)
    except KeyboardInterrupt:
        fail(Failed("Interrupted."))


if __name__ == "__main__":
    main()
