"""A wish to stop a transfer, heard by the storages between its bytes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class TransferStopped(Exception):
    """Raised inside a transfer that nobody waits for any more."""


_should_stop: ContextVar[Callable[[], bool] | None] = ContextVar("should_stop", default=None)


@contextmanager
def stop_when(should_stop: Callable[[], bool]) -> Iterator[None]:
    """Transfers begun meanwhile in this thread end when ``should_stop`` says so."""
    token = _should_stop.set(should_stop)
    try:
        yield
    finally:
        _should_stop.reset(token)


def between_bytes() -> Callable[[int], None]:
    """What a transfer calls with each count of bytes, in any thread."""
    should_stop = _should_stop.get()

    def look(_: int) -> None:
        if should_stop is not None and should_stop():
            raise TransferStopped

    return look
