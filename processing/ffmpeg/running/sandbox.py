"""Sandboxes around a program that reads hostile files: pure argv prefixes, and which one works."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from processing.ffmpeg.errors import (
    MediaError,
    ProcessKilled,
    ProcessTimedOut,
    SandboxUnavailable,
)
from processing.ffmpeg.running import runner

Kind = Literal["bwrap", "pdeathsig", "none"]
Mode = Literal["auto", "off", "required"]

# Files a dynamically linked program needs besides /usr; bwrap itself skips absent ones.
_SYSTEM_FILES = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/fonts",
)
_SYSTEM_FOLDERS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_BWRAP = (
    "bwrap",
    "--unshare-all",
    # Without this, bwrap ends before its inner process, which then waits for process 1 to reap it.
    "--as-pid-1",
    "--die-with-parent",
    "--new-session",
    "--clearenv",
    "--cap-drop",
    "ALL",
    "--setenv",
    "PATH",
    "/usr/local/bin:/usr/bin:/bin",
    "--setenv",
    "LC_ALL",
    "C.UTF-8",
    "--setenv",
    "SVT_LOG",
    "1",
)

_TRIAL_SECONDS = 10.0
_AGAIN_AFTER = 60.0
# The error of a machine that has too many processes at the moment.
_PASSING = "Resource temporarily unavailable"
# Whether each kind works, and until when a negative result holds.
_tried: dict[Kind, tuple[bool, float]] = {}


@dataclass(frozen=True)
class Sandbox:
    """A sandbox. `bwrap`: no network, one input to read, one folder to write, dies with its parent.
    `pdeathsig`: only the last of these. `none`: no protection."""

    kind: Kind = "none"

    def wrap(self, argv: Sequence[str], reads: Sequence[Path], writes: Path | None) -> list[str]:
        """Return `argv` inside this sandbox; `argv[0]`, `reads` and `writes` are absolute paths."""
        if self.kind == "bwrap":
            return _bubblewrapped(argv, reads, writes)
        if self.kind == "pdeathsig":
            return ["setpriv", "--pdeathsig", "KILL", "--", *argv]
        return list(argv)


def _bubblewrapped(argv: Sequence[str], reads: Sequence[Path], writes: Path | None) -> list[str]:
    command = [*_BWRAP, "--ro-bind", "/usr", "/usr"]
    for folder in map(Path, _SYSTEM_FOLDERS):
        if folder.is_symlink():
            command += ["--symlink", str(folder.readlink()), str(folder)]
        elif folder.is_dir():
            command += ["--ro-bind", str(folder), str(folder)]
    for name in _SYSTEM_FILES:
        command += ["--ro-bind-try", name, name]
    # /proc is an empty folder: FFmpeg needs nothing from it, and the kernel refuses to mount
    # another one where a container (such as Docker's) hides parts of its own.
    command += ["--dir", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108 a private one
    # A temporary folder may hold the paths below, so they are bound after it.
    for path in [*_program_folders(argv[0]), *reads]:
        command += ["--ro-bind", str(path), str(path)]
    if writes is not None:
        command += ["--bind", str(writes), str(writes)]
    return [*command, "--chdir", "/", "--", *argv]


def _program_folders(program: str) -> Iterable[Path]:
    """Return the folders of a program installed outside /usr: that of a link and that of its
    target."""
    places = {Path(program).parent, Path(program).resolve().parent}
    system = [Path("/usr"), *map(Path, _SYSTEM_FOLDERS)]
    return sorted(p for p in places if not any(p.is_relative_to(root) for root in system))


def detect(mode: Mode) -> Sandbox:
    """Return the strongest sandbox that works here.

    `off` still ends programs with their parent; `required` raises `SandboxUnavailable` if
    bubblewrap does not work. A kind that worked is not tried again; one that did not is tried again
    a minute later. If it cannot be determined now, `SandboxUnavailable` is raised in any mode: a
    busy machine is no reason to run without a sandbox.
    """
    if mode != "off" and _works("bwrap"):
        return Sandbox("bwrap")
    if mode == "required":
        raise SandboxUnavailable(
            "The sandbox (bubblewrap) is required but does not work on this machine."
        )
    return Sandbox("pdeathsig") if _works("pdeathsig") else Sandbox("none")


def _works(kind: Kind) -> bool:
    works, until = _tried.get(kind, (False, 0.0))
    if works or time.monotonic() < until:
        return works
    works = _try(kind)
    _tried[kind] = works, time.monotonic() + _AGAIN_AFTER
    return works


def _try(kind: Kind) -> bool:
    """Whether a program runs in this sandbox. Raises `SandboxUnavailable` if that cannot be
    determined now."""
    try:
        runner.run(
            ["/usr/bin/env", "true"],
            limits=runner.Limits(_TRIAL_SECONDS),
            sandbox=Sandbox(kind),
            reads=(),
            writes=None,
        )
    except (ProcessTimedOut, ProcessKilled) as error:
        raise SandboxUnavailable("The sandbox could not be tried.", log=error.log) from error
    except MediaError as error:
        if error.log.endswith(_PASSING):
            raise SandboxUnavailable("The sandbox could not be tried.", log=error.log) from error
        return False
    return True
