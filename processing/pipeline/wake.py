"""Wake the workers of a queue. A lost wake-up does no harm: the reconciler sends another."""

from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import cast

import dramatiq
import structlog
from django.db import transaction
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import BrokerConnectionError
from redis.exceptions import RedisError

from config.log_limits import AtMostEvery

logger = structlog.get_logger(__name__)

_warnings = AtMostEvery(60.0)

LYING_AT_MOST = 4
"""The most wake-ups that the reconciler lets a queue hold."""
# Where more workers than this are idle, the reconciler wakes the others.
_WOKEN_AT_ONCE = 16


def actor_name(queue: str) -> str:
    """The name of the actor that drains a queue."""
    return f"wake_{queue}"


def on_commit(queues: Iterable[str]) -> None:
    """Send wake-ups when the current transaction commits, one for each mention of a queue."""
    for queue, times in sorted(Counter(queues).items()):
        transaction.on_commit(partial(_enough, queue, times), robust=True)


def _enough(queue: str, times: int) -> None:
    """Wake up to ``times`` workers, unless ``_WOKEN_AT_ONCE`` wake-ups already stand in the queue.

    Wake-ups that busy workers leave in the queue would have to be worked off later for nothing.
    """
    lying = _lying(queue)
    if lying is not None and lying < _WOKEN_AT_ONCE:
        now(queue, min(times, _WOKEN_AT_ONCE))


def top_up(queue: str, wanted: int, *, actor: str | None = None) -> int:
    """Fill the queue up to ``wanted`` wake-ups, at most ``LYING_AT_MOST``; return how many it sent.

    Busy workers leave wake-ups in the queue, so sending more on every pass would pile them up.
    Returns 0 when Redis is away.
    """
    lying = _lying(queue)
    if lying is None:
        return 0
    missing = max(0, min(wanted, LYING_AT_MOST) - lying)
    now(queue, missing, actor=actor)
    return missing


def now(queue: str, times: int = 1, *, actor: str | None = None) -> bool:
    """Wake up to ``times`` idle workers of a queue; return False when Redis is away.

    They run the queue's draining actor unless another ``actor`` is named.
    """
    broker = dramatiq.get_broker()
    for _ in range(times):
        message: dramatiq.Message[None] = dramatiq.Message(
            queue_name=queue,
            actor_name=actor or actor_name(queue),
            args=(),
            kwargs={},
            options={},
        )
        try:
            broker.enqueue(message)
        except (RedisError, BrokerConnectionError) as error:
            _warn(queue, error)
            return False
    return True


def _lying(queue: str) -> int | None:
    """Return the number of wake-ups in the queue, or None when Redis is away."""
    broker = cast(RedisBroker, dramatiq.get_broker())
    try:
        return int(broker.client.llen(f"{broker.namespace}:{queue}"))
    except (RedisError, BrokerConnectionError) as error:
        _warn(queue, error)
        return None


def _warn(queue: str, error: Exception) -> None:
    """Log a lost wake-up, but not every one: Redis may be away for long."""
    if _warnings.allows("wake_up_lost"):
        logger.warning("wake_up_lost", queue=queue, reason=type(error).__name__)
