"""Transactions that cannot hold a row lock for ever.

A worker that is frozen inside a transaction (SIGSTOP, a suspended machine) would keep its locks,
and everyone who needs the row would wait for it. So PostgreSQL ends an idle transaction, and limits
how long a statement waits for a lock. The settings apply to the transaction only, because
pgBouncer offers no lasting session.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

_IDLE_SECONDS = 20
_LOCK_SECONDS = 20


@contextmanager
def bounded(lock_seconds: float = _LOCK_SECONDS, *, sorts: bool = True) -> Iterator[None]:
    """Open an atomic block that limits how long locks are held and waited for.

    A lock that is not granted in time raises ``OperationalError``. With ``sorts=False`` PostgreSQL
    reads ordered rows along an index instead of sorting them. The statistics of a table that is
    empty most of the time make sorting look cheap, even when 100,000 rows have just been added.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('idle_in_transaction_session_timeout', %s, true),"
                    " set_config('lock_timeout', %s, true), set_config('enable_sort', %s, true)",
                    [f"{_IDLE_SECONDS}s", f"{round(lock_seconds * 1000)}ms", str(sorts)],
                )
        yield
