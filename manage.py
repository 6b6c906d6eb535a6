#!/usr/bin/env python
"""Django's command line for Vodloom."""

import os
import sys
from pathlib import Path

BASE = Path(__file__).resolve().parent


def main() -> None:
    """Put ``platform/`` on the path (it must never be a package) and run the command."""
    sys.path.insert(0, str(BASE / "platform"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from accounts.actor import acting, of_command
    from config.env import told
    from config.logs import process
    from config.version import VERSION

    process.begin("command")
    if sys.argv[1:] in (["version"], ["--version"]):
        sys.stdout.write(f"Vodloom {VERSION}\n")
        return
    try:
        with acting(of_command(sys.argv[1:])):
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        if "--traceback" in sys.argv:
            raise
        if sys.argv[1:2] == ["doctor"] and "--json" in sys.argv:
            sys.stdout.write(told.as_json(str(error).splitlines()) + "\n")
            sys.exit(1)
        sys.exit("\n".join(f"manage.py: {fault}" for fault in str(error).splitlines()))


if __name__ == "__main__":
    main()
