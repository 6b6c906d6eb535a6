"""psycopg's pool, made for a server that is away now and then.

As it comes, whoever asks while the server is away waits until time runs out, and whoever is given a
connection that broke while it lay there finds out by an error, or after seconds of pauses. Here
who asks is told at once that nothing can be had, and broken ones are thrown away unseen.
"""

from __future__ import annotations

import select
from typing import Any

from psycopg import Connection, Error
from psycopg_pool import ConnectionPool

AGAIN_SECONDS = 0.2
"""After a refusal it is tried once more, then only when somebody asks: outages are not waited
for here, and what comes back is found at once."""


class Pool(ConnectionPool[Connection[Any]]):
    """At most ``max_size`` connections; none is opened before it is asked for."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_size=0, reconnect_timeout=AGAIN_SECONDS, open=False, **options)

    def _get_ready_connection(self, timeout: float | None) -> Connection[Any] | None:
        """One that lies there and whose server has not hung up meanwhile; called under the lock."""
        while self._pool and _has_ended(self._pool[0]):
            self._pool.popleft().close()
            self._nconns -= 1
        return super()._get_ready_connection(timeout)

    def _connect(self, timeout: float | None = None) -> Connection[Any]:
        """A further one. A refusal is told to those who wait, unless others are out and will be
        back: then it is only that the server has no more of them."""
        try:
            return super()._connect(timeout)
        except Error as refusal:
            with self._lock:
                others_are_out = self._nconns > 1
                waiting = [] if others_are_out else list(self._waiting)
                if waiting:
                    self._waiting.clear()
            for client in waiting:
                client.fail(refusal)
            raise


def _has_ended(connection: Connection[Any]) -> bool:
    """Whether a connection that lies idle is of no more use: the server says nothing on one
    unasked but that it ends. It is not asked, which would take time, or for ever."""
    if connection.closed:
        return True
    said = select.poll()
    said.register(connection.fileno(), select.POLLIN)
    return bool(said.poll(0))
