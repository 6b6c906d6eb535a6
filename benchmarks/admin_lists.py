"""Measure the time and the size of the admin's lists with many rows.

It fills an SQLite database of its own, and requests each list as an administrator and as staff with
all view permissions.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

ROWS = int(os.environ.get("ROWS", "50000"))
MOST_MILLISECONDS, MOST_BYTES = 300, 100_000
_TIMES = 5
_OURS = ("accounts", "videos", "processing")


def _addresses() -> Iterator[tuple[str, str]]:
    """Yield the name and URL of the overview and of each list; for videos also a search and the
    last page."""
    from django.contrib import admin  # noqa: PLC0415  # Django is set up by now
    from django.urls import reverse  # noqa: PLC0415

    yield "overview", reverse("admin:index")
    for model in admin.site._registry:
        meta = model._meta
        if meta.app_label in _OURS:
            url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
            yield str(meta.verbose_name_plural), url
            if meta.model_name == "video":
                yield "videos, searched", f"{url}?q=film+77"
                yield "videos, last page", f"{url}?p={ROWS // 40}"


def _measure() -> bool:
    from django.contrib.auth.models import Permission  # noqa: PLC0415  # Django is set up by now

    from accounts.models import User  # noqa: PLC0415
    from benchmarks.many_rows import fill  # noqa: PLC0415

    fill(ROWS)
    administrator = User.objects.create_superuser("admin@example.com", "x")
    looks_on = User.objects.create_user("viewer@example.com", "x", is_staff=True)
    looks_on.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return all([_is_light("administrator", administrator), _is_light("viewer", looks_on)])


def _is_light(role: str, user: Any) -> bool:
    from django.test import Client  # noqa: PLC0415  # Django is set up by now

    client = Client()
    client.force_login(user)
    good = True
    for name, url in _addresses():
        taken, size = [], 0
        for _ in range(_TIMES):
            began = time.perf_counter()
            size = len(client.get(url).content)
            taken.append(1000 * (time.perf_counter() - began))
        median = statistics.median(taken)
        good = good and median <= MOST_MILLISECONDS and size <= MOST_BYTES
        print(f"{role:14} {name:24} {median:7.0f} ms {size / 1000:7.1f} kB")
    return good


def main() -> None:
    """Fill the database, measure, and exit with code 1 if a limit is exceeded."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DATA": folder,
            "DATABASE_URL": "",
            "USE_HTTPS": "false",
            "SECRET_KEY": "a key for benchmarks that is long enough and used nowhere else",
        }
        os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "ALLOWED_HOSTS": "testserver"}
        import django  # noqa: PLC0415  # the environment is set first

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415

        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        good = _measure()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
