"""The Dramatiq actors, one for each queue. They take no argument: a message is only a wake-up."""

from collections.abc import Callable

import dramatiq

from config.env import QUEUES
from processing.pipeline import wake
from processing.pipeline.work import drain


def _drains(queue: str) -> Callable[[], None]:
    def wake_up() -> None:
        drain(queue)

    return wake_up


ACTORS = {
    queue: dramatiq.actor(actor_name=wake.actor_name(queue), queue_name=queue)(_drains(queue))
    for queue in QUEUES
}
