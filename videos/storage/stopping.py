"""Let a thread stop the transfers of a storage between two blocks of bytes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class TransferStopped(Exception):
    """Raised inside a transfer that nobody waits for any more."""


_should_stop: ContextVar[Callable[[], bool] | None] = ContextVar("should_stop", default=None)


@contextmanager
def stop_when(should_stop: Callable[[], bool]) -> Iterator[None]:
    """Stop transfers that begin within this context, in this thread, once ``should_stop`` returns
    True."""
    token = _should_stop.set(should_stop)
    try:
        yield
    finally:
        _should_stop.reset(token)


def between_bytes() -> Callable[[int], None]:
    """Return the callback for a transfer, which calls it with each count of bytes, in any
    thread."""
    should_stop = _should_stop.get()

    def look(_: int) -> None:
        if should_stop is not None and should_stop():
            raise TransferStopped

    return look
