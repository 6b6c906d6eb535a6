"""`make run`: set everything up, start it, and stop it on request."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from scripts import packages, venv
from scripts.console import Failed, product_environment, say
from scripts.datafolder import DataFolder, ensure_settings, is_private
from scripts.launch import Launch, only_copy, port_must_be_free, serve, wait_for_leftovers
from scripts.supervision import redis_conf, supervisor_conf

SPEECH = {
    "faster-whisper": "speech-faster-whisper",
    "whisper.cpp": "speech-whisper-cpp",
    "pocketsphinx": "speech-pocketsphinx",
}
"""The requirements of the engines that transcribe, by their names in the settings."""
HIGHEST_PORT = 65535
GRACE_SECONDS = 3
"""The default grace of uploads. It is short, since whoever stops `make run` waits for it."""


def run(root: Path, arguments: Sequence[str]) -> None:
    """Run the product in the foreground until it is interrupted; raise Failed on an error."""
    try:
        _run(root)
    except KeyboardInterrupt:
        say("Vodloom has stopped.")


def _run(root: Path) -> None:
    port = _port()
    packages.ensure(packages.for_running(os.environ))
    venv.ensure(root, "production")
    data = DataFolder(Path(os.environ.get("DATA") or root / "var").absolute())
    data.create()
    with only_copy(data):
        settings = ensure_settings(data)
        settings |= {name: value for name, value in os.environ.items() if value}
        if settings.get("VODLOOM_SITE_HOSTS") and not settings.get("VODLOOM_YT_DLP"):
            venv.ensure(root, "site")
        if (engine := settings.get("VODLOOM_TRANSCRIBER", "off")) in SPEECH:
            venv.ensure(root, SPEECH[engine])
        redis_url = settings.get("REDIS_URL") or data.redis_url
        grace = settings.get("VODLOOM_GRACE_SECONDS", "")
        launch = Launch(
            root=root,
            data=data,
            host=os.environ.get("HOST") or "127.0.0.1",
            port=port,
            allowed_hosts=settings.get("ALLOWED_HOSTS", ""),
            environment=_environment(root, data, port)
            | {
                "REDIS_URL": redis_url,
                "VODLOOM_DEMO": settings.get("VODLOOM_DEMO", "true"),
                "VODLOOM_SIGNUP": settings.get("VODLOOM_SIGNUP", "open"),
                "VODLOOM_SITE_URL": settings.get("VODLOOM_SITE_URL") or f"http://localhost:{port}",
                # Mails go to files here: otherwise no user could confirm an email address.
                "EMAIL_URL": settings.get("EMAIL_URL") or f"filemail://{quote(str(data.mail))}",
                "VODLOOM_GRACE_SECONDS": grace or str(GRACE_SECONDS),
            },
            # If the value is not a number, the product reports that when it starts.
            grace_seconds=int(grace) if grace.isdecimal() else 0,
        )
        wait_for_leftovers(data)
        port_must_be_free(launch)
        _write_configuration(
            data, private_redis=is_private(redis_url), grace_seconds=launch.grace_seconds
        )
        serve(launch)


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) <= HIGHEST_PORT:
        raise Failed(f"PORT must be a number from 1 to {HIGHEST_PORT}, not {text!r}.")
    return int(text)


def _environment(root: Path, data: DataFolder, port: int) -> dict[str, str]:
    """Return the environment of all processes of this copy."""
    ours = {name: text for name, text in product_environment(root).items() if "MAKE" not in name}
    ours.setdefault("VODLOOM_WORKER_NAME", f"{platform.node()}-{port}")
    return ours | {
        "DATA": str(data.path),
        "PORT": str(port),
        "VODLOOM_ROOT": str(root),
        "VODLOOM_RUN": str(data.run),
    }


def _write_configuration(data: DataFolder, *, private_redis: bool, grace_seconds: int) -> None:
    (data.run / "supervisord.conf").write_text(
        supervisor_conf(
            encode_workers=_cores(),
            private_redis=private_redis,
            as_root=os.geteuid() == 0,
            grace_seconds=grace_seconds,
        )
    )
    if private_redis:
        data.create_socket_folder()
        text = redis_conf(socket=data.redis_socket, folder=data.redis)
        (data.run / "redis.conf").write_text(text)


def _cores() -> int:
    """Return how many cores this process may use: in a container, fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
