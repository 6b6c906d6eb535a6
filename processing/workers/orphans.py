"""A worker process whose master was killed ends too, instead of working on beside its successor."""

import multiprocessing
import os
import signal
import threading

import dramatiq


class EndsWithMaster(dramatiq.Middleware):
    """Ends the worker process by SIGKILL when its master has ended, on every system.

    Nothing is handed back then: what is left of the process could not be told to stop either.
    Its FFmpeg is tied to it, and its lease runs out.
    """

    def after_process_boot(self, broker: dramatiq.Broker) -> None:
        """Begin to watch."""
        threading.Thread(target=_end_with_master, name="master", daemon=True).start()


def _end_with_master() -> None:
    master = multiprocessing.parent_process()
    if master is not None:
        master.join()
        os.kill(os.getpid(), signal.SIGKILL)
