"""End a worker process whose master was killed, so that it does not run beside its successor."""

import multiprocessing
import os
import signal
import threading

import dramatiq


class EndsWithMaster(dramatiq.Middleware):
    """Ends the worker process by SIGKILL when its master has ended, on every system.

    No task is released then, since without its master the process cannot be told to stop. Its
    FFmpeg ends with it, and its lease runs out.
    """

    def after_process_boot(self, broker: dramatiq.Broker) -> None:
        """Start the thread that watches the master."""
        threading.Thread(target=_end_with_master, name="master", daemon=True).start()


def _end_with_master() -> None:
    master = multiprocessing.parent_process()
    if master is not None:
        master.join()
        os.kill(os.getpid(), signal.SIGKILL)
