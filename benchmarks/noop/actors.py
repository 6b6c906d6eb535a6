"""Found by django-dramatiq beside the product's own actors."""

import time

import dramatiq
import redis
from django.conf import settings

from processing.steps import STEPS
from processing.steps.job import Job, Outcome

BARE_TIMES = "bench:bare"
client = redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)


def noop(job: Job) -> Outcome:
    """Take as long as the task says (s), by default no time at all."""
    time.sleep(float(job.task.input.get("seconds", 0)))
    return Outcome()


STEPS["noop"] = noop


@dramatiq.actor(queue_name="default")
def bare(sent: float) -> None:
    """What Dramatiq alone does: say when it began (s since 1970), without any row."""
    client.rpush(BARE_TIMES, f"{sent} {time.time()}")
