"""The actors that follow up the reports of generators, and the one that sends messages to browsers.
Their messages have no argument and only wake them: reports, images and messages are rows."""

from contextlib import suppress

import dramatiq
from dramatiq.errors import BrokerConnectionError
from redis.exceptions import RedisError

from processing.workers.registry import current_worker
from videos.ingest.hooks import acting, image_outputs, polling, waiting
from videos.push import outbox as pushes


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
    pushes.send_due()


def wake_follower() -> None:
    """Wake a worker for the reports. A lost wake-up does no harm: the reconciler sends another."""
    with suppress(RedisError, BrokerConnectionError):
        follow_generators.send()
