"""psycopg's connection pool, adapted to a server that is sometimes away.

With the original pool, a caller waits for the whole timeout while the server is away. A caller that
is given an idle connection that has broken notices it by an error, or after seconds of pauses. This
pool reports at once that no connection can be had, and discards broken ones before use.
"""

from __future__ import annotations

import select
from typing import Any

from psycopg import Connection, Error
from psycopg_pool import ConnectionPool

AGAIN_SECONDS = 0.2
"""The time for retrying after a refusal: enough for one retry. Further attempts are made only when
a caller asks, so nobody waits here for an outage to end, and a server that is back is found at
once."""


class Pool(ConnectionPool[Connection[Any]]):
    """A pool of at most ``max_size`` connections; none is opened before it is needed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_size=0, reconnect_timeout=AGAIN_SECONDS, open=False, **options)

    def _get_ready_connection(self, timeout: float | None) -> Connection[Any] | None:
        """Return an idle connection that the server has not closed; called under the lock."""
        while self._pool and _has_ended(self._pool[0]):
            self._pool.popleft().close()
            self._nconns -= 1
        return super()._get_ready_connection(timeout)

    def _connect(self, timeout: float | None = None) -> Connection[Any]:
        """Open a connection. Report a refusal to the waiting callers, unless other connections are
        in use: then the server only allows no more, and one will come back."""
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
    """Whether an idle connection has ended. The server sends nothing on an idle connection except
    its end, so pending data means that. A query would take time, perhaps for ever."""
    if connection.closed:
        return True
    said = select.poll()
    said.register(connection.fileno(), select.POLLIN)
    return bool(said.poll(0))
