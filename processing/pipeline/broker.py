"""A Dramatiq broker for Redis that blocks until a message comes, instead of polling.

To find a wake-up within 50 ms, Dramatiq's own consumer polls about twenty times a second. With a
few queues an idle worker then uses a twelfth of a core. This consumer lets Redis notify it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import redis
from dramatiq.broker import Consumer, MessageProxy
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import ConnectionClosed

# A server whose machine is gone never answers, so the client needs a timeout of its own.
_ANSWERS_WITHIN_SECONDS = 10.0


class WaitingRedisBroker(RedisBroker):
    """A `RedisBroker` (Redis 6.2 or newer) whose workers block until there is a message."""

    def __init__(self, *, url: str, **options: Any) -> None:
        """Connect to ``url``. Options in the URL take precedence, including timeouts."""
        client = redis.Redis.from_url(url, socket_timeout=_ANSWERS_WITHIN_SECONDS)
        super().__init__(client=client, **options)  # type: ignore[no-untyped-call]

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        """Return a consumer that waits up to `timeout` milliseconds for a message."""
        # Timeout 0: the original consumer must not sleep too when it finds no message.
        asking = super().consume(queue_name, prefetch, 0)
        return _Waiting(asking, self.client, f"{self.namespace}:{queue_name}", prefetch, timeout)


class _Waiting(Consumer):
    """A consumer that asks Dramatiq's own only when there is a message and room for one."""

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
        """Whether another message may be held. If not, wait until a held one is answered."""
        if self._asking.outstanding_message_count < self._prefetch:
            return True
        answered = self._answered.wait(self._seconds)
        self._answered.clear()
        return answered

    def _has_message(self) -> bool:
        """Whether the queue has a message. If not, wait for one.

        BLMOVE moves the first message to its own place, so the queue does not change. Which
        consumer gets the message is decided afterwards, in Dramatiq's script that also records the
        consumer.
        """
        try:
            first = self._client.execute_command(*self._peek)  # type: ignore[no-untyped-call]
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]
        return first is not None
