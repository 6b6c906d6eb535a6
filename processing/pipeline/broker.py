"""Dramatiq's Redis broker, waiting for messages instead of asking for them over and over.

Its own consumer asks some twenty times a second if a wake-up is to be found within 50 ms; with a
few queues that is a twelfth of a core for doing nothing. This one lets Redis tell it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import redis
from dramatiq.broker import Consumer, MessageProxy
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import ConnectionClosed

# Of a server whose machine is gone nothing is ever heard: who waits must give up by himself.
_ANSWERS_WITHIN_SECONDS = 10.0


class WaitingRedisBroker(RedisBroker):
    """A `RedisBroker` (Redis 6.2 or newer) whose workers block until there is a message."""

    def __init__(self, *, url: str, **options: Any) -> None:
        """Options in the URL take precedence, timeouts too."""
        client = redis.Redis.from_url(url, socket_timeout=_ANSWERS_WITHIN_SECONDS)
        super().__init__(client=client, **options)  # type: ignore[no-untyped-call]

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        """A consumer that waits for `timeout` milliseconds before it says that there is nothing."""
        # The original would sleep when it finds nothing: not at all, it is waited before.
        asking = super().consume(queue_name, prefetch, 0)
        return _Waiting(asking, self.client, f"{self.namespace}:{queue_name}", prefetch, timeout)


class _Waiting(Consumer):
    """Asks Dramatiq's own consumer only when there is a message, and room for one."""

    def __init__(
        self, asking: Any, client: redis.Redis, key: str, prefetch: int, timeout: int
    ) -> None:
        self._asking = asking
        self._client = client
        self._peek = ("BLMOVE", key, key, "LEFT", "LEFT", timeout / 1000)
        self._prefetch = prefetch
        self._seconds = timeout / 1000
        self._answered = threading.Event()

    def __next__(self) -> MessageProxy | None:
        if self._asking.message_cache or (self._has_room() and self._has_message()):
            message: MessageProxy | None = next(self._asking)
            return message
        return None

    def ack(self, message: MessageProxy) -> None:
        try:
            self._asking.ack(message)
        finally:
            self._answered.set()

    def nack(self, message: MessageProxy) -> None:
        try:
            self._asking.nack(message)
        finally:
            self._answered.set()

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        self._asking.requeue(messages)

    def close(self) -> None:
        self._asking.close()

    def _has_room(self) -> bool:
        """Whether another message may be held; waits for one to be answered if not."""
        if self._asking.outstanding_message_count < self._prefetch:
            return True
        answered = self._answered.wait(self._seconds)
        self._answered.clear()
        return answered

    def _has_message(self) -> bool:
        """Whether the queue has a message; waits for one if not.

        Moving the first message to where it is leaves the queue as it was: who fetches it is
        decided afterwards, in the script that also remembers whose it is.
        """
        try:
            first = self._client.execute_command(*self._peek)  # type: ignore[no-untyped-call]
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]
        return first is not None
