"""Workers wait for wake-ups: they get them at once and ask for nothing meanwhile."""

import signal
import threading
from collections.abc import Iterator

import dramatiq
import pytest
from dramatiq.broker import Consumer, MessageProxy
from dramatiq.errors import ConnectionClosed
from redis import Redis

from processing.pipeline.broker import WaitingRedisBroker
from tests.servers.process import wait_until
from tests.servers.redis import Redis as RedisServer

QUEUE = "test"
WAIT_MS = 60_000


@pytest.fixture
def broker(redis_server: RedisServer) -> Iterator[WaitingRedisBroker]:
    broker = WaitingRedisBroker(url=redis_server.url, namespace="test-broker")
    broker.declare_queue(QUEUE)
    yield broker
    if redis_server.process.is_running:
        broker.flush_all()
    broker.close()


def send(broker: WaitingRedisBroker) -> None:
    broker.enqueue(
        dramatiq.Message(queue_name=QUEUE, actor_name="any", args=(), kwargs={}, options={})
    )


class Reader(threading.Thread):
    """Somebody who waits for a message."""

    def __init__(self, consumer: Consumer) -> None:
        super().__init__(daemon=True)
        self._consumer = consumer
        self.got: MessageProxy | None = None
        self.start()

    def run(self) -> None:
        self.got = next(self._consumer)


def wait_until_blocked(client: Redis, clients: int) -> None:
    """Until so many wait inside Redis."""
    wait_until(lambda: client.info("clients")["blocked_clients"] >= clients, "they wait")


def test_a_message_ends_the_waiting_and_is_handed_out_once(broker: WaitingRedisBroker) -> None:
    readers = [Reader(broker.consume(QUEUE, timeout=WAIT_MS)) for _ in range(3)]
    wait_until_blocked(broker.client, 3)
    send(broker)
    for reader in readers:
        reader.join(WAIT_MS / 2000)
        assert not reader.is_alive()
    # The others go away empty, to wait again.
    assert sum(reader.got is not None for reader in readers) == 1
    assert broker.client.llen(f"test-broker:{QUEUE}") == 0


def test_waiting_asks_redis_once(broker: WaitingRedisBroker) -> None:
    client = broker.client
    calls = client.info("stats")["total_commands_processed"]
    assert next(broker.consume(QUEUE, timeout=1000)) is None
    assert client.info("stats")["total_commands_processed"] - calls <= 5


def test_a_busy_worker_leaves_a_message_to_others_until_it_has_answered(
    broker: WaitingRedisBroker,
) -> None:
    busy, idle = broker.consume(QUEUE, timeout=100), broker.consume(QUEUE, timeout=100)
    send(broker)
    first = next(busy)
    assert first is not None
    send(broker)
    assert next(busy) is None
    assert next(idle) is not None
    send(broker)
    reader = Reader(broker.consume(QUEUE, timeout=WAIT_MS))
    reader.join(WAIT_MS / 1000)
    assert reader.got is not None
    busy.ack(first)
    send(broker)
    assert next(busy) is not None


def test_an_answer_makes_room_at_once(broker: WaitingRedisBroker) -> None:
    consumer = broker.consume(QUEUE, timeout=60_000)
    send(broker)
    first = next(consumer)
    assert first is not None
    send(broker)
    waiting = Reader(consumer)
    consumer.nack(first)
    waiting.join(WAIT_MS / 1000)
    assert waiting.got is not None


def test_messages_of_one_fetch_are_all_handed_out(broker: WaitingRedisBroker) -> None:
    for _ in range(3):
        send(broker)
    consumer = broker.consume(QUEUE, prefetch=3, timeout=100)
    assert all(next(consumer) is not None for _ in range(3))


def test_a_server_that_goes_away_ends_the_waiting(
    broker: WaitingRedisBroker, redis_server: RedisServer
) -> None:
    errors = []

    def wait() -> None:
        try:
            next(broker.consume(QUEUE, timeout=60_000))
        except ConnectionClosed as error:
            errors.append(error)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    wait_until_blocked(broker.client, 1)
    redis_server.kill()
    try:
        thread.join(WAIT_MS / 1000)
    finally:
        redis_server.start()
    assert errors


def test_a_server_that_says_nothing_more_is_not_waited_for(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processing.pipeline.broker._ANSWERS_WITHIN_SECONDS", 0.5)
    broker = WaitingRedisBroker(url=redis_server.url, namespace="test-broker")
    consumer = broker.consume(QUEUE, timeout=100)
    assert next(consumer) is None
    redis_server.process.send(signal.SIGSTOP)
    try:
        with pytest.raises(ConnectionClosed):
            next(consumer)
    finally:
        redis_server.process.send(signal.SIGCONT)
    broker.close()
