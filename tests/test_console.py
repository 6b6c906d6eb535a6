"""What the commands make of signals."""

import subprocess
import sys

_INTERRUPTED_IN_A_DESTRUCTOR = """
import os, signal
from scripts.console import stop_if_interrupted, treat_termination_as_interrupt

class Ending:
    def __del__(self):
        os.kill(os.getpid(), signal.{name})

signal.signal(signal.SIGINT, signal.default_int_handler)
treat_termination_as_interrupt()
stop_if_interrupted()
ending = Ending()
del ending
print("went on")
stop_if_interrupted()
"""


def test_an_interrupt_that_python_drops_is_raised_again() -> None:
    for name in ("SIGINT", "SIGTERM"):
        program = _INTERRUPTED_IN_A_DESTRUCTOR.format(name=name)
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=False
        )
        assert done.stdout == "went on\n"
        assert done.returncode != 0
        assert "KeyboardInterrupt" in done.stderr.splitlines()[-1]
