"""Prepare a start: migrations, static files and, in `make run` with VODLOOM_DEMO, a first user."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.management.commands import collectstatic
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from scripts.console import say


def main() -> None:
    """Bring the database and the static files up to date with the code; safe to repeat."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    with _static_files_collected():
        call_command("migrate", interactive=False, verbosity=0)
    if settings.ENV.demo:
        _create_demo_user(Path(os.environ["VODLOOM_RUN"]))


@contextmanager
def _static_files_collected() -> Iterator[None]:
    """Run collectstatic in parallel, since it is slow, if it would copy a file or was interrupted.

    Nothing is done if the files are outside the data folder: there they come with the code, as in
    the container image.
    """
    root = Path(settings.STATIC_ROOT)
    unfinished = root / ".unfinished"
    here = root.is_relative_to(settings.DATA_DIR)
    if not here or not (unfinished.exists() or _would_copy()):
        yield
        return
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    unfinished.touch()
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    with subprocess.Popen(command, cwd=settings.BASE_DIR) as collecting:
        yield
    if collecting.returncode:
        raise SystemExit("The static files were not collected: see above for why.")
    unfinished.unlink()


def _would_copy() -> bool:
    command = collectstatic.Command()
    parser = command.create_parser("manage.py", "collectstatic")
    options = vars(parser.parse_args(["--dry-run", "--no-input", "--verbosity", "0"]))
    command.set_options(**options)
    return bool(command.collect()["modified"])


def _create_demo_user(folder: Path) -> None:
    """Create the demo user and print the email address and password, which are not stored."""
    said = io.StringIO()
    call_command("create_demo_user", stdout=said)
    email, _, password = said.getvalue().strip().partition(" ")
    if password:
        say(f"Log in as {email} with the password {password} (shown only this once).")
        # `make run` starts making the sample clip once it serves.
        (folder / "new-demo-user").write_text(email)


if __name__ == "__main__":
    try:
        main()
    except ImproperlyConfigured as wrong:
        sys.exit(str(wrong))
