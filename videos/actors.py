"""The actor that follows up the reports of generators. Its message has no argument and only wakes
it: reports are rows."""

from contextlib import suppress

import dramatiq
from dramatiq.errors import BrokerConnectionError
from redis.exceptions import RedisError

from videos.ingest.hooks import acting, polling, waiting


@dramatiq.actor(queue_name=waiting.QUEUE, actor_name=waiting.ACTOR)
def follow_generators() -> None:
    """Act on the reports that are due, and ask about jobs whose report never came."""
    acting.act_on_due()
    polling.ask_due()


def wake_follower() -> None:
    """Wake a worker for the reports. A lost wake-up does no harm: the reconciler sends another."""
    with suppress(RedisError, BrokerConnectionError):
        follow_generators.send()
