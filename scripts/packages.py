"""Find the missing system packages, and install them or say how."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.console import Failed, must_work, say


@dataclass(frozen=True)
class Need:
    """Commands of which at least one must exist, and the package or packages that provide them.

    An empty package name means that the system has no such package; the product does without.
    """

    commands: tuple[str, ...]
    apt: str
    dnf: str
    brew: str
    service: str = ""
    """The service that Debian starts with the package, and that is stopped again."""


FFMPEG = Need(("ffmpeg",), "ffmpeg", "ffmpeg-free", "ffmpeg")
REDIS = Need(("redis-server",), "redis-server", "redis", "redis", service="redis-server")
SANDBOX = Need(("bwrap",), "bubblewrap", "bubblewrap", "")
POSTGRES = Need(
    ("postgres",), "postgresql", "postgresql-server", "postgresql@17", service="postgresql"
)
CHROMIUM = Need(
    ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "chromium",
    "chromium",
    "--cask chromium",
)

VOICE = Need(("espeak-ng",), "espeak-ng", "espeak-ng", "espeak-ng")

FOR_TESTS = (FFMPEG, REDIS, SANDBOX, POSTGRES, CHROMIUM, VOICE)

PGBOUNCER = Need(("pgbouncer",), "pgbouncer", "pgbouncer", "pgbouncer", service="pgbouncer")
NGINX = Need(("nginx",), "nginx", "nginx", "nginx", service="nginx")

AROUND = (PGBOUNCER, NGINX)
"""Programs that run around the product in some tests; those tests are skipped if one is missing."""

FIREFOX = Need(("firefox-esr", "firefox"), "firefox-esr", "firefox", "--cask firefox")
WEBKIT = Need(
    ("WebKitWebDriver",), "webkit2gtk-driver gstreamer1.0-libav gstreamer1.0-plugins-bad", "", ""
)
SCREEN = Need(("xvfb-run",), "xvfb xauth", "xorg-x11-server-Xvfb", "")
MPV = Need(("mpv",), "mpv", "mpv", "mpv")

PLAYERS = (FIREFOX, WEBKIT, SCREEN, MPV)
"""Programs that play videos in the tests of `make test-all`; the tests of a missing one are
skipped."""


def for_running(environment: Mapping[str, str]) -> tuple[Need, ...]:
    """Return what `make run` needs, except what the environment says comes from elsewhere."""
    needs = []
    if not (environment.get("VODLOOM_FFMPEG") and environment.get("VODLOOM_FFPROBE")):
        needs.append(FFMPEG)
    if not environment.get("REDIS_URL"):
        needs.append(REDIS)
    if environment.get("VODLOOM_SANDBOX") != "off":
        needs.append(SANDBOX)
    return tuple(needs)


def ensure(needs: Iterable[Need]) -> None:
    """Install the missing packages, or raise Failed with the command that installs them."""
    manager = _manager()
    missing = [need for need in needs if not _is_there(need) and _package(need, manager)]
    names = [_package(need, manager) for need in missing]
    if not _has_ensurepip():
        names.append(f"python3.{sys.version_info.minor}-venv" if manager == "apt" else "python3")
    if not names:
        return
    prefix = _as_root()
    if manager != "apt" or prefix is None:
        raise Failed(
            f"These system packages are missing: {', '.join(names)}. Install them with\n\n"
            f"    {_command_to_type(manager, names)}\n\nand give the same command again."
        )
    _apt_install(prefix, names)
    for need in missing:
        _stop_service(prefix, need.service)


def wish_for(needs: Iterable[Need]) -> None:
    """Install the missing packages, or say that the tests that need them are skipped."""
    try:
        ensure(needs)
    except Failed as failed:
        say(f"{failed}\nWithout them the tests that need them are skipped.")


def _is_there(need: Need) -> bool:
    return any(find(command) for command in need.commands)


def find(command: str) -> Path | None:
    """Return the path of a command; this also searches the folders outside the PATH where Debian
    and Homebrew keep PostgreSQL."""
    found = shutil.which(command)
    if found:
        return Path(found)
    hidden = [
        *Path("/usr/lib/postgresql").glob(f"*/bin/{command}"),
        *Path("/opt/homebrew/opt").glob(f"postgresql@*/bin/{command}"),
    ]
    return max(hidden, default=None, key=lambda path: _leading_number(path.parents[1].name))


def _leading_number(text: str) -> int:
    digits = "".join(character for character in text if character.isdigit())
    return int(digits or 0)


def _has_ensurepip() -> bool:
    # Debian ships the module in python3-venv instead of python3.
    return importlib.util.find_spec("ensurepip") is not None


def _manager() -> str:
    for name, command in (("apt", "apt-get"), ("dnf", "dnf"), ("brew", "brew")):
        if shutil.which(command):
            return name
    return ""


def _package(need: Need, manager: str) -> str:
    return {"apt": need.apt, "dnf": need.dnf, "brew": need.brew}.get(manager, need.apt)


def _as_root() -> list[str] | None:
    """Return the prefix that runs a command as root; None if this user may not."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        may = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
        if may.returncode == 0:
            return ["sudo", "-n"]
    return None


def _command_to_type(manager: str, names: list[str]) -> str:
    packages = " ".join(names)
    return {
        "apt": f"sudo apt-get update && sudo apt-get install -y --no-install-recommends {packages}",
        "dnf": f"sudo dnf install -y {packages}",
        "brew": f"brew install {packages}",
    }.get(manager, f"(your package manager) {packages}")


def _apt_install(prefix: list[str], names: list[str]) -> None:
    say(f"Installing {', '.join(names)} with apt …")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o"]
    apt += ["DPkg::Lock::Timeout=300", "-y"]
    must_work([*apt, "update"])
    packages = [package for name in names for package in name.split()]
    must_work([*apt, "install", "--no-install-recommends", *packages])


def _stop_service(prefix: list[str], service: str) -> None:
    """Stop the service that a package started when it was installed: only private servers run."""
    if not service:
        return
    if Path("/run/systemd/system").is_dir():
        command = ["systemctl", "disable", "--now", service]
    else:
        command = ["service", service, "stop"]
    if shutil.which(command[0]):
        subprocess.run([*prefix, *command], capture_output=True, check=False)
