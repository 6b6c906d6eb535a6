"""One migration of a database at a time, whoever starts them.

On PostgreSQL it is an advisory lock of a transaction on a connection of its own: behind pgBouncer
in transaction mode a lock of the session would belong to nobody. On SQLite it is a lock on a file
beside the database.
"""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

# Whatever else takes advisory locks in this database takes others: the letters of "vodloom".
_KEY = int.from_bytes(b"vodloom", "big")
_LOOK_EVERY_SECONDS = 0.2


@contextmanager
def held(connection: BaseDatabaseWrapper, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold the lock of this database; `on_wait` is called once if another process has it.

    A process that dies lets go of it. Raises ``DatabaseError`` when the database is away.
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
    """Take the lock for the transaction that is begun by this, or end it: those who wait must
    not hold a server's connection."""
    with own.cursor() as cursor:
        # It says nothing while the other connection migrates, however long that takes.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_KEY])
        (taken,) = cursor.fetchone()
    if not taken:
        own.rollback()
    return bool(taken)


@contextmanager
def _file(database: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    # It stays: another process may hold the very file that would be removed.
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
