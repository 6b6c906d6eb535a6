"""`python -m tests.chaos --minutes 10 [--seed N]`: the long form; the verdict is its last line."""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from tests.chaos.forms import SHORT, long
from tests.chaos.run import run, say


def main() -> int:
    """Run once; return 1 if a promise of the product does not hold."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10, help="0: the short form")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--keep", type=Path, help="an empty folder for data and logs that stay")
    arguments = parser.parse_args()
    seed = secrets.randbelow(100_000) if arguments.seed is None else arguments.seed
    form = long(arguments.minutes) if arguments.minutes else SHORT
    say(f"chaos: seed {seed}, {form.seconds:g} s of faults, {form.videos} videos")
    if arguments.keep is not None:
        verdict = run(arguments.keep, form, seed, say)
    else:
        with tempfile.TemporaryDirectory(prefix="vodloom-chaos-") as folder:
            verdict = run(Path(folder), form, seed, say)
    print(verdict, flush=True)  # noqa: T201
    return 1 if verdict.problems else 0


if __name__ == "__main__":
    sys.exit(main())
