"""Watch over the connections of one fetch, and end them at once when it must stop.

Timeouts of a socket count from byte to byte, so a server could keep a reader for ever with a byte
now and then, even within its headers. So a thread looks at the clock, and shuts the sockets down:
whatever waits for them then returns.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType

from videos.fetching import errors
from videos.fetching.errors import FetchStopped

_LOOK_EVERY_SECONDS = 0.2


class Watch:
    """A context manager. After it has shut the connections down, ``check`` raises why.

    A fetch may go on for ``seconds``, of which earlier attempts ``spent`` some, and for
    ``silence`` seconds without ``heard`` being called.
    """

    def __init__(
        self,
        should_stop: Callable[[], str | None],
        *,
        seconds: float,
        silence: float,
        spent: float = 0.0,
    ) -> None:
        self._should_stop = should_stop
        self._limit, self._silence = seconds, silence
        self._heard = time.monotonic()
        self._began = self._heard - spent
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._why: Exception | None = None
        self._thread = threading.Thread(target=self._look, name="fetch watch", daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        self._shut_down()

    @property
    def seconds(self) -> float:
        """How long the fetch has gone on, in all attempts."""
        return time.monotonic() - self._began

    def add(self, connection: socket.socket) -> None:
        """Watch over a new connection, which may be wrapped or closed by others meanwhile."""
        with self._lock:
            for old in self._sockets:
                old.close()
            self._sockets = [connection.dup()]
        self.check()

    def heard(self) -> None:
        """Note that something arrived."""
        self._heard = time.monotonic()

    def check(self) -> None:
        """Raise ``FetchFailed`` or ``FetchStopped`` if the fetch must stop."""
        if self._why is None:
            self._why = self._reason()
        if self._why is not None:
            raise self._why

    def _look(self) -> None:
        while not self._over.wait(_LOOK_EVERY_SECONDS):
            if self._why is None:
                self._why = self._reason()
            if self._why is not None:
                self._shut_down()

    def _reason(self) -> Exception | None:
        now = time.monotonic()
        if (reason := self._should_stop()) is not None:
            return FetchStopped(reason)
        if now - self._began > self._limit:
            return errors.timed_out(self._limit)
        if now - self._heard > self._silence:
            return errors.stalled(self._silence)
        return None

    def _shut_down(self) -> None:
        with self._lock:
            for one in self._sockets:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()
            self._sockets = []
