"""Wake the workers of a queue. Losing a wake-up loses nothing: the reconciler sends it again."""

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
"""As many wake-ups as may stand in a queue."""
# The reconciler wakes more, should there be more idle workers than this.
_WOKEN_AT_ONCE = 16


def actor_name(queue: str) -> str:
    """The actor that drains a queue."""
    return f"wake_{queue}"


def on_commit(queues: Iterable[str]) -> None:
    """When the current transaction commits, wake a worker for each mention of its queue."""
    for queue, times in sorted(Counter(queues).items()):
        transaction.on_commit(partial(_enough, queue, times), robust=True)


def _enough(queue: str, times: int) -> None:
    """Wake so many, unless as many wake-ups stand in the queue already as may wake anybody: what
    busy workers leave lying would be worked off for nothing afterwards."""
    lying = _lying(queue)
    if lying is not None and lying < _WOKEN_AT_ONCE:
        now(queue, min(times, _WOKEN_AT_ONCE))


def top_up(queue: str, wanted: int, *, actor: str | None = None) -> int:
    """Have a few wake-ups, at most ``wanted``, stand in the queue; how many were sent.

    Busy workers leave wake-ups lying, so sending more on every pass would only pile them up.
    """
    lying = _lying(queue)
    if lying is None:
        return 0
    missing = max(0, min(wanted, LYING_AT_MOST) - lying)
    now(queue, missing, actor=actor)
    return missing


def now(queue: str, times: int = 1, *, actor: str | None = None) -> bool:
    """Wake up to ``times`` idle workers of a queue, to drain it unless another ``actor`` is named;
    False when Redis is away."""
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
    """How many wake-ups stand in the queue; None when Redis is away."""
    broker = cast(RedisBroker, dramatiq.get_broker())
    try:
        return int(broker.client.llen(f"{broker.namespace}:{queue}"))
    except (RedisError, BrokerConnectionError) as error:
        _warn(queue, error)
        return None


def _warn(queue: str, error: Exception) -> None:
    """Redis may be away for long; what is lost meanwhile is always the same."""
    if _warnings.allows("wake_up_lost"):
        logger.warning("wake_up_lost", queue=queue, reason=type(error).__name__)
