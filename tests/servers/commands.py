"""manage.py without its start: a process that has Django loaded, and runs each command in a fork.

`python -m tests.servers.commands` reads a line of JSON for each command and writes one about it.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn


class Commands:
    """Runs commands of a checkout in one environment, one at a time."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)
        self._lock = threading.Lock()
        paths = os.pathsep.join([str(folder), str(folder / "platform")])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.commands"],
            cwd=folder,
            env={**environment, "PYTHONPATH": paths},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, arguments: Sequence[str]) -> tuple[int, str, str] | None:
        """Run a command: its exit code, and what it printed and complained. None if another one
        runs, or if the product does not even start in this environment."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            return self._ask(arguments)
        except OSError:  # the pipe is broken
            return None
        finally:
            self._lock.release()

    def _ask(self, arguments: Sequence[str]) -> tuple[int, str, str] | None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(list(arguments)) + "\n")
        self._process.stdin.flush()
        if not (line := self._process.stdout.readline()):
            return None
        code, out, err = json.loads(line)
        return int(code), str(out), str(err)

    def close(self) -> None:
        """End the process."""
        with suppress(OSError):
            self._process.communicate()

    def __del__(self) -> None:
        """End it also with the last copy of the product that used it."""
        self.close()


def _serve() -> None:
    import django

    from config.logs import process

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    process.begin("command")
    django.setup()
    gc.freeze()  # what is shared with the commands is not gone through for each
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            child = os.fork()
            if child == 0:
                _run(json.loads(line), out.fileno(), err.fileno())
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            told = []
            for file in (out, err):
                file.seek(0)
                told.append(file.read())
        answers.write(json.dumps([code, *told]) + "\n")
        answers.flush()


def _run(arguments: Sequence[str], out: int, err: int) -> NoReturn:
    """Become the command, which ends this process as it ends its own."""
    import manage

    for number, file in ((0, os.open(os.devnull, os.O_RDONLY)), (1, out), (2, err)):
        os.dup2(file, number)
    sys.argv = ["manage.py", *arguments]
    manage.main()
    sys.exit()


if __name__ == "__main__":
    _serve()
