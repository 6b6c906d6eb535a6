"""The actors that follow up the reports of generators, and that send webhooks and messages to
browsers. Their messages have no argument and only wake them: what is to be done are rows."""

from contextlib import suppress

import dramatiq
from dramatiq.errors import BrokerConnectionError
from redis.exceptions import RedisError

from processing.workers.registry import current_worker
from videos.events import webhooks
from videos.ingest.hooks import acting, image_outputs, polling, waiting
from videos.push import sending as pushes
from videos.webhooks.engine import Engines

_engines = Engines(lambda: current_worker.stopping)


@dramatiq.actor(queue_name=waiting.QUEUE, actor_name=waiting.ACTOR)
def follow_generators() -> None:
    """Act on the reports that are due, and ask about jobs whose report never came."""
    acting.act_on_due()
    polling.ask_due()
    if waiting.images().exists():
        with suppress(RedisError, BrokerConnectionError):
            import_generated_images.send()


@dramatiq.actor(queue_name=waiting.IMAGES_QUEUE, actor_name=waiting.IMAGES_ACTOR)
def import_generated_images() -> None:
    """Import the images that are due; wake itself again while there are more."""
    if current_worker.stopping:
        return
    image_outputs.import_due(lambda: "stopping" if current_worker.stopping else None)
    if not current_worker.stopping and waiting.images().exists():
        with suppress(RedisError, BrokerConnectionError):
            import_generated_images.send()


@dramatiq.actor(queue_name="notify")
def send_pushes() -> None:
    """Send the messages to browsers that are due."""
    pushes.send_due(lambda: current_worker.stopping)


def wake_follower() -> None:
    """Wake a worker for the reports. A lost wake-up does no harm: the reconciler sends another."""
    with suppress(RedisError, BrokerConnectionError):
        follow_generators.send()


@dramatiq.actor(queue_name=webhooks.QUEUE, actor_name=webhooks.ACTOR)
def send_webhooks() -> None:
    """Have this process send the webhooks that are due."""
    _engines.wake()
