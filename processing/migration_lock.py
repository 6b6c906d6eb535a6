"""A lock that allows one migration of a database at a time, whoever starts it.

On PostgreSQL it is a transaction's advisory lock on a separate connection, since behind pgBouncer
in transaction mode a session's lock would belong to nobody. On SQLite it is a lock on a file beside
the database.
"""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

# The letters of "vodloom", so that the key differs from other advisory locks in this database.
_KEY = int.from_bytes(b"vodloom", "big")
_LOOK_EVERY_SECONDS = 0.2


@contextmanager
def held(connection: BaseDatabaseWrapper, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold the migration lock of this database. Call `on_wait` once if another process has it.

    The lock is released when its process dies. Raises ``DatabaseError`` when the database is away.
    """
    if connection.vendor == "postgresql":
        with _advisory(connection, on_wait):
            yield
    elif connection.vendor == "sqlite" and not connection.is_in_memory_db():  # type: ignore[attr-defined]  # SQLite's alone
        with _file(Path(str(connection.settings_dict["NAME"])), on_wait):
            yield
    else:
        yield


@contextmanager
def _advisory(connection: BaseDatabaseWrapper, on_wait: Callable[[], None]) -> Iterator[None]:
    with closing(connection.copy()) as own:
        own.set_autocommit(False)
        _wait(lambda: _try_advisory(own), on_wait)
        yield
        own.rollback()


def _try_advisory(own: BaseDatabaseWrapper) -> bool:
    """Begin a transaction and try to take the lock; return whether that succeeded.

    If not, end the transaction, since a waiting process must not hold a server's connection.
    """
    with own.cursor() as cursor:
        # The transaction is idle while the other connection migrates, however long that takes.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_KEY])
        (taken,) = cursor.fetchone()
    if not taken:
        own.rollback()
    return bool(taken)


@contextmanager
def _file(database: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    # The file is not removed, since another process may already hold a lock on it.
    with database.with_name(f"{database.name}.migrating").open("a") as file:
        _wait(lambda: _try_file(file.fileno()), on_wait)
        yield


def _try_file(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait(attempt: Callable[[], bool], on_wait: Callable[[], None]) -> None:
    if attempt():
        return
    on_wait()
    while not attempt():
        time.sleep(_LOOK_EVERY_SECONDS)
