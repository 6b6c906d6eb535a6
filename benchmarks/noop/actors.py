"""The step and the actors of the benchmarks; django-dramatiq finds them like the product's own."""

import time

import dramatiq
import redis
from django.conf import settings

from benchmarks.noop.recorded import ACTOR
from benchmarks.rows import QUEUE
from processing.steps import STEPS
from processing.steps.context import Outcome, TaskContext
from processing.steps.step import Step

BARE_TIMES = "bench:bare"
client = redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)


def noop(context: TaskContext) -> Outcome:
    """Sleep for as long as the task says (s), by default not at all."""
    time.sleep(float(context.task.input.get("seconds", 0)))
    return Outcome()


STEPS["noop"] = Step("noop", QUEUE, "working", "Working", 0.0, noop)


@dramatiq.actor(queue_name="default")
def bare(sent: float) -> None:
    """Record when the message was sent and when it began (s since 1970), without any row."""
    client.rpush(BARE_TIMES, f"{sent} {time.time()}")


@dramatiq.actor(queue_name="default", actor_name=ACTOR)
def recorded(sent: float) -> None:
    """Do the same as ``bare``, with django-dramatiq's row for each message."""
    bare.fn(sent)
