"""`make run`: set everything up, start it, and stop it again when told to."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from scripts import packages, venv
from scripts.console import Failed, fail, say, treat_termination_as_interrupt
from scripts.datafolder import DataFolder, ensure_settings, is_private
from scripts.launch import Launch, only_copy, port_must_be_free, serve, stop_leftovers
from scripts.supervision import redis_conf, supervisor_conf

ROOT = Path(__file__).resolve().parent.parent
HIGHEST_PORT = 65535


def main() -> None:
    """Run the product in the foreground."""
    treat_termination_as_interrupt()
    try:
        _run()
    except Failed as failed:
        fail(failed)
    except KeyboardInterrupt:
        say("Vodloom has stopped.")


def _run() -> None:
    port = _port()
    packages.ensure(packages.for_running(os.environ))
    venv.ensure(ROOT, "production")
    data = DataFolder(Path(os.environ.get("DATA") or ROOT / "var").absolute())
    data.create()
    with only_copy(data):
        settings = ensure_settings(data)
        settings |= {name: value for name, value in os.environ.items() if value}
        redis_url = settings.get("REDIS_URL") or data.redis_url
        launch = Launch(
            root=ROOT,
            data=data,
            host=os.environ.get("HOST") or "127.0.0.1",
            port=port,
            allowed_hosts=settings.get("ALLOWED_HOSTS", ""),
            environment=_environment(data, redis_url, port),
        )
        stop_leftovers(launch)
        port_must_be_free(launch)
        _write_configuration(data, private_redis=is_private(redis_url))
        serve(launch)


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) <= HIGHEST_PORT:
        raise Failed(f"PORT must be a number from 1 to {HIGHEST_PORT}, not {text!r}.")
    return int(text)


def _environment(data: DataFolder, redis_url: str, port: int) -> dict[str, str]:
    """What every process of this copy sees."""
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    paths = [str(ROOT / ".venv" / "bin"), os.environ.get("PATH", os.defpath)]
    environment |= {
        "DATA": str(data.path),
        "PATH": os.pathsep.join(paths),
        "PORT": str(port),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
        "REDIS_URL": redis_url,
        "VODLOOM_ROOT": str(ROOT),
        "VODLOOM_RUN": str(data.run),
    }
    environment.setdefault("VODLOOM_WORKER_NAME", f"{platform.node()}-{port}")
    return environment


def _write_configuration(data: DataFolder, *, private_redis: bool) -> None:
    (data.run / "supervisord.conf").write_text(
        supervisor_conf(
            encode_workers=_cores(),
            private_redis=private_redis,
            as_root=os.geteuid() == 0,
        )
    )
    if private_redis:
        data.create_socket_folder()
        text = redis_conf(socket=data.redis_socket, folder=data.redis)
        (data.run / "redis.conf").write_text(text)


def _cores() -> int:
    """The cores this process may use, which in a container are fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


if __name__ == "__main__":
    main()
