"""Run a command under a container's seccomp profile, with libseccomp as container runtimes do.

`python -m tests.servers.seccomp PROFILE UID COMMAND…` switches to that user first, so that no
capability is left, as in a container that runs as a user. Then it executes the command.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_ACTIONS = {"SCMP_ACT_ALLOW": 0x7FFF0000, "SCMP_ACT_ERRNO": 0x00050000}
_COMPARISONS = {"SCMP_CMP_EQ": 4, "SCMP_CMP_MASKED_EQ": 7}
_NO_SUCH_SYSCALL = -1  # on this architecture
_FILTER_NO_NEW_PRIVILEGES = 3


class _Argument(ctypes.Structure):
    _fields_ = [
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("datum_a", ctypes.c_uint64),
        ("datum_b", ctypes.c_uint64),
    ]


def library() -> ctypes.CDLL | None:
    """Return libseccomp, which every Debian with apt has; None if it is not installed."""
    name = ctypes.util.find_library("seccomp")
    if name is None:
        return None
    found = ctypes.CDLL(name)
    found.seccomp_init.restype = ctypes.c_void_p
    return found


def load(profile: Mapping[str, Any]) -> None:
    """Put this process and all its descendants under a profile in Docker's format.

    Rules that `includes` capabilities are skipped, as for a container without capabilities.
    """
    seccomp = library()
    if seccomp is None:
        raise OSError("libseccomp is not installed")
    default = _action(profile["defaultAction"], profile.get("defaultErrnoRet", 1))
    context = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(default)))
    _must(seccomp.seccomp_attr_set(context, _FILTER_NO_NEW_PRIVILEGES, ctypes.c_uint32(1)))
    for rule in profile["syscalls"]:
        if not rule.get("includes", {}).get("caps"):
            _add(seccomp, context, rule)
    _must(seccomp.seccomp_load(context))


def _add(seccomp: ctypes.CDLL, context: ctypes.c_void_p, rule: Mapping[str, Any]) -> None:
    action = _action(rule["action"], rule.get("errnoRet", 1))
    arguments = [_argument(given) for given in rule.get("args", ())]
    array = (_Argument * len(arguments))(*arguments)
    for name in rule["names"]:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number > _NO_SUCH_SYSCALL:
            _must(
                seccomp.seccomp_rule_add_array(
                    context, ctypes.c_uint32(action), number, len(arguments), array
                )
            )


def _argument(given: Mapping[str, Any]) -> _Argument:
    masked = given["op"] == "SCMP_CMP_MASKED_EQ"
    return _Argument(
        given["index"],
        _COMPARISONS[given["op"]],
        given["value"],
        given.get("valueTwo", 0) if masked else 0,
    )


def _action(name: str, number: int) -> int:
    return _ACTIONS[name] | (number if name == "SCMP_ACT_ERRNO" else 0)


def _must(result: int) -> None:
    if result:
        raise OSError(-result, os.strerror(-result))


def main(arguments: Sequence[str]) -> None:
    """Switch to a user, load a profile, and execute a command."""
    profile, user, *command = arguments
    text = json.loads(Path(profile).read_text())
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(int(user), int(user), int(user))
        os.setresuid(int(user), int(user), int(user))
    load(text)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
