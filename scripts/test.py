"""`make test`: set everything up, run every check, then the tests.

Usage: test [fast|all]. `fast` leaves out the tests marked slow and alone. `all` adds those marked
corpus and thorough, and measures coverage. Tests marked alone have the machine to themselves,
since they depend on timing; the others run in parallel.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts import packages, venv
from scripts.console import Failed, run, say

_NOT_LONG = "not corpus and not thorough"
_TOGETHER = ("--numprocesses=auto", "--maxprocesses=8", "--dist=worksteal")
TESTS: Mapping[str, Sequence[tuple[str, ...]]] = {
    "fast": [("pytest", *_TOGETHER, "-m", f"not slow and not alone and {_NOT_LONG}")],
    "": [
        ("pytest", *_TOGETHER, "-m", f"not alone and {_NOT_LONG}"),
        ("pytest", "-m", f"alone and {_NOT_LONG}"),
    ],
    "all": [
        ("pytest", *_TOGETHER, "--cov", "--cov-report=", "-m", f"not alone and {_NOT_LONG}"),
        ("pytest", "--cov", "--cov-append", "-m", "alone or corpus or thorough"),
    ],
}


@dataclass(frozen=True)
class Step:
    """A command with a title and additions to its environment."""

    title: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


def test(root: Path, arguments: Sequence[str]) -> None:
    """Run the steps in order until one fails: [fast|all]; raise Failed."""
    selection = arguments[0] if arguments else ""
    if selection not in TESTS:
        raise Failed(f"test takes fast, all or nothing, not {selection!r}.")
    packages.ensure(packages.FOR_TESTS)
    packages.wish_for(packages.AROUND)
    if selection == "all":
        packages.wish_for(packages.PLAYERS)
    venv.ensure(root, "test")
    with tempfile.TemporaryDirectory(prefix="vodloom-checks-") as data:
        for step in steps(Path(data), TESTS[selection]):
            _run(root, step)


def steps(data: Path, tests: Sequence[tuple[str, ...]]) -> list[Step]:
    """Return the steps, the quick ones before the slow ones."""
    production = production_environment(data)
    manage = ("python", "manage.py")
    return [
        Step("ruff check", ("ruff", "check", ".")),
        Step("ruff format", ("ruff", "format", "--check", ".")),
        # Its Django plugin loads the settings.
        Step("mypy", ("mypy",), production),
        Step("import-linter", ("lint-imports",)),
        Step(
            "migrations are complete",
            (*manage, "makemigrations", "--check", "--dry-run"),
            # makemigrations reads the history from the database: an empty one is enough.
            production | {"DATABASE_URL": ""},
        ),
        Step(
            "production settings",
            (*manage, "check", "--deploy", "--fail-level", "WARNING"),
            production,
        ),
        *(Step(f"tests, {command[-1]}", command) for command in tests),
    ]


def production_environment(data: Path) -> dict[str, str]:
    """Return settings as an operator would give them; every check must accept them."""
    return {
        "DATA": str(data),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "example.org",
        "USE_HTTPS": "true",
        "CSRF_TRUSTED_ORIGINS": "https://example.org",
        "DATABASE_URL": "postgres://vodloom:secret@db.example.org:5432/vodloom",
        "REDIS_URL": "redis://redis.example.org:6379/0",
        "S3_BUCKET": "vodloom",
        "S3_ENDPOINT_URL": "https://s3.example.org",
        "S3_REGION": "us-east-1",
        "S3_ACCESS_KEY_ID": "id",
        "S3_SECRET_ACCESS_KEY": "secret",
        "LOG_FORMAT": "json",
    }


def _run(root: Path, step: Step) -> None:
    say(f"\n=== {step.title}: {' '.join(step.command)}")
    began = time.monotonic()
    run(root, step.command, step.environment)
    say(f"=== {step.title}: good, {time.monotonic() - began:.0f} s")
