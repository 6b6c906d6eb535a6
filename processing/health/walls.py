"""Check the sandbox around FFmpeg, and find out why it does not work."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings

from processing.ffmpeg.errors import MediaError, SandboxUnavailable
from processing.ffmpeg.running.sandbox import detect
from processing.health.catalogue import tools as kinds
from processing.health.finding import CheckResult, well

NAME = "Sandbox"
_PROC = Path("/proc/sys")
# Kernel settings that keep users from making namespaces: the name, that value, and the cure.
_SWITCHES = (
    ("user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=10000"),
    ("kernel/unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1"),
    (
        "kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or load a profile for bwrap",
    ),
)
_SEE = "see docs/operations.md, Sandbox"


def sandbox() -> CheckResult:
    """Check that FFmpeg runs in a sandbox in which it can open nothing but its input."""
    chosen = settings.ENV.sandbox
    try:
        kind = detect("auto" if chosen == "required" else chosen).kind
    except SandboxUnavailable as error:
        return kinds.SANDBOX_UNKNOWN.at(NAME, error=error.message)
    except MediaError as error:
        return kinds.SANDBOX_UNKNOWN.at(NAME, error=error.message)
    if chosen == "off":
        return well(NAME, f"{kind}, since VODLOOM_SANDBOX is off")
    if kind == "bwrap":
        return well(NAME, kind)
    reason, cure = why_not()
    missing = kinds.SANDBOX_REQUIRED if chosen == "required" else kinds.NO_SANDBOX
    return missing.at(NAME, reason=reason, cure=cure)


def why_not() -> tuple[str, str]:
    """Return the likely reason why bubblewrap does not work here, and what to do."""
    if shutil.which("bwrap") is None:
        return "bwrap is not installed", "Install bubblewrap (apt-get install bubblewrap)."
    for switch, closed, cure in _SWITCHES:
        file = _PROC / switch
        if file.is_file() and file.read_text().strip() == closed:
            told = switch.replace("/", ".")
            return f"{told} is {closed}", f"Allow user namespaces on the host: {cure}; {_SEE}."
    return (
        "bwrap starts nothing, most likely since user namespaces are refused",
        f"In a container give it the seccomp and AppArmor profiles; {_SEE}.",
    )
