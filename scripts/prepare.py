"""Before a start: migrations, static files and the first user."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from scripts import processes
from scripts.console import say
from scripts.datafolder import DataFolder


def main() -> None:
    """Make the database and the static files fit the code; safe to repeat."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    _collect_static_files()
    _create_demo_user()


def _collect_static_files() -> None:
    """Run collectstatic when a file was added, removed or changed since the last time.

    Outside the data folder they came with the code, as in the container image.
    """
    root = Path(settings.STATIC_ROOT)
    if not root.is_relative_to(settings.DATA_DIR):
        return
    stamp = root / ".collected"
    now = _static_state()
    if not (stamp.exists() and stamp.read_text() == now):
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(now)


def _static_state() -> str:
    lines = []
    for finder in get_finders():
        for path, storage in finder.list([]):
            file = Path(storage.path(path))
            seen = file.stat()
            lines.append(f"{file} {seen.st_size} {seen.st_mtime_ns}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _create_demo_user() -> None:
    """Tell the e-mail and password of a user who was just made; they are not kept."""
    said = io.StringIO()
    call_command("create_demo_user", stdout=said)
    email, _, password = said.getvalue().strip().partition(" ")
    if password:
        say(f"Log in as {email} with the password {password} (shown only this once).")
        if "VODLOOM_RUN" in os.environ:
            _begin_sample_video(email)
        else:
            # In a container of its own, which ends with us.
            call_command("create_sample_video", owner=email)


def _begin_sample_video(owner: str) -> None:
    """Have a clip made for the empty library meanwhile; nothing waits for it."""
    data = DataFolder(settings.DATA_DIR)
    command = ["nice", "-n", "15", sys.executable, "manage.py", "create_sample_video"]
    with (data.log / "sample.log").open("ab") as log:
        sample = subprocess.Popen(
            [*command, "--owner", owner],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    # So that it is stopped with everything else.
    processes.write(data.run / "processes", "sample", sample.pid)


if __name__ == "__main__":
    main()
