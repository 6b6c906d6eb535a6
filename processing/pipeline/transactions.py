"""Transactions that cannot hold a row for ever.

A worker frozen in the middle of one (SIGSTOP, a suspended machine) would keep its locks, and
everybody who wants the row would wait for it. So PostgreSQL ends a transaction that says
nothing, and a lock is waited for only so long. Set for the transaction alone: nothing needs a
session behind pgBouncer.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

_IDLE_SECONDS = 20
_LOCK_SECONDS = 20


@contextmanager
def bounded(lock_seconds: float = _LOCK_SECONDS, *, sorts: bool = True) -> Iterator[None]:
    """An atomic block whose locks are neither held nor waited for without end.

    A lock that is not to be had in time raises ``OperationalError``. Where it does not sort,
    PostgreSQL reads what is ordered along an index: of a table that is empty most of the time its
    statistics tell that all its rows are soon sorted, also when a hundred thousand have just come.
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
