"""The reconciler service: three threads, all ended by one stop event.

One thread runs the duties that need only the database. One runs those that need a storage, which
may hang for minutes. One shows the reconciler in the list and renews the other threads' claims.
"""

import random
import signal
import threading
from collections.abc import Callable, Sequence

import structlog
from django.conf import settings
from django.db import close_old_connections, connection

from config.log_limits import AtMostEvery
from processing.reconciler import presence
from processing.reconciler.duties import DUTIES
from processing.reconciler.duty import Duty
from processing.reconciler.runner import Runner

logger = structlog.get_logger(__name__)

# How often duties are looked for in the shortest interval.
_LOOKS = 3
_WAITS_FOR_DUTIES_SECONDS = 5.0


class Service:
    """A reconciler process."""

    def __init__(self, duties: Sequence[Duty] = DUTIES, *, name: str | None = None) -> None:
        self.name = name or presence.own_name()
        self._stop = threading.Event()
        self._warnings = AtMostEvery(60.0)
        self._runners = {
            needs: Runner(
                [duty for duty in duties if duty.needs == needs],
                holder=self.name,
                machine=presence.machine(),
            )
            for needs in ("database", "storage")
        }

    def run_forever(self) -> None:
        """Work until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())
        self.run()

    def stop(self) -> None:
        """Ask the service to end after the duties that are running now."""
        self._stop.set()

    def run(self) -> None:
        """Work until stopped. A duty that hangs does not prevent the end."""
        logger.info("reconciler_started", reconciler=self.name)
        looks_every = settings.RECONCILE_SECONDS / _LOOKS
        threads = [
            self._start(runner_name, self._beat(runner), looks_every)
            for runner_name, runner in self._runners.items()
        ]
        threads.append(self._start("presence", self._show, presence.SEEN_EVERY_SECONDS))
        # Without a timeout, a signal would not be handled before the wait is over.
        while not self._stop.wait(1.0):
            if not all(thread.is_alive() for thread in threads):
                raise RuntimeError("a thread of the reconciler ended")
        for thread in threads:
            thread.join(_WAITS_FOR_DUTIES_SECONDS)
        self._leave()
        logger.info("reconciler_stopped", reconciler=self.name)

    def _start(self, name: str, act: Callable[[], object], seconds: float) -> threading.Thread:
        thread = threading.Thread(
            target=self._repeat, args=(name, act, seconds), name=name, daemon=True
        )
        thread.start()
        return thread

    def _repeat(self, name: str, act: Callable[[], object], seconds: float) -> None:
        """Call ``act`` at slightly varying intervals, so that reconcilers do not run in step."""
        try:
            while not self._stop.is_set():
                self._once(name, act)
                self._stop.wait(seconds * random.uniform(0.8, 1.2))  # noqa: S311  # no secret
        finally:
            connection.close()

    def _once(self, name: str, act: Callable[[], object]) -> None:
        """Call ``act`` once, and log any error at most once a minute.

        The most likely error is that the database is away; the next call tries again.
        """
        try:
            close_old_connections()
            act()
        except Exception as error:
            if self._warnings.allows(name):
                logger.warning("reconciler_waits", part=name, reason=type(error).__name__)
            connection.close()

    def _beat(self, runner: Runner) -> Callable[[], object]:
        return lambda: runner.beat(self._stop)

    def _show(self) -> None:
        presence.show(self.name)
        for runner in self._runners.values():
            runner.renew()

    def _leave(self) -> None:
        try:
            presence.leave(self.name)
        except Exception as error:
            logger.warning("presence_not_cleared", reason=type(error).__name__)
        finally:
            connection.close()
