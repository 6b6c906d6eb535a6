"""Send the messages to browsers that are due, many at a time.

One thread claims messages and notes what came of them; others only wait for push services. So one
that hangs holds up nobody but the browsers that are reached through it, and of these only as many
as may be sent to it at once. What was on its way when the process is killed is sent again by
another when the lease ends.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

import structlog
from django.utils import timezone
from py_vapid import Vapid02

from accounts import sealing
from accounts.models import PushMessage, PushSubscription
from videos.fetching.errors import FetchFailed
from videos.push import keys, outbox, service, subscriptions
from videos.push.service import Answer

T = TypeVar("T", bound=Hashable)

logger = structlog.get_logger(__name__)

THREADS = 32
OF_SERVICE = 8
"""How many messages are on their way to one push service at a time."""
OF_USER = 4
"""How many are on their way to the browsers of one user, who may have named any services."""

_BATCH_SECONDS = 30.0
_LOOK_SECONDS = 0.5


def send_due(should_stop: Callable[[], bool] = lambda: False) -> int:
    """Send the messages that are due, the oldest first, and return how many were taken. For half a
    minute, or until ``should_stop``, it begins to send more."""
    until = time.monotonic() + _BATCH_SECONDS
    with ThreadPoolExecutor(THREADS, thread_name_prefix="push") as pool:
        sending = _Sending(pool)
        taken = 0
        while True:
            if time.monotonic() < until and not should_stop():
                sending.begin()
            if not sending.way:
                return taken
            taken += sending.note(_LOOK_SECONDS)


class _Sending:
    """The messages that are on their way."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self.way: dict[Future[Answer], tuple[PushMessage, PushSubscription]] = {}

    def begin(self) -> None:
        """Begin to send what is due, as far as there is room."""
        if len(self.way) == THREADS or not outbox.is_due():
            return
        try:
            key = keys.private()
        except keys.KeyUnreadable:
            outbox.wait_for_key()
            return
        while len(self.way) < THREADS and (message := self._take()) is not None:
            self._submit(message, key)

    def note(self, seconds: float) -> int:
        """Wait for the next answers and note them; return how many messages were taken."""
        done, _ = wait(self.way, timeout=seconds, return_when=FIRST_COMPLETED)
        return sum(_note(*self.way.pop(future), future) for future in done)

    def _take(self) -> PushMessage | None:
        browsers = [to for _, to in self.way.values()]
        return outbox.take(
            not_of=_full((one.user_id for one in browsers), OF_USER),
            not_at=_full((service_of(one) for one in browsers), OF_SERVICE),
        )

    def _submit(self, message: PushMessage, key: Vapid02) -> None:
        live = subscriptions.live().select_related("user")
        to = live.filter(pk=message.subscription_id).first()
        if to is not None and not subscriptions.is_logged_in(to):
            to.delete()
            return
        if to is None:
            outbox.note_ended(message)
            return
        left = message.created_at + outbox.LIVES - timezone.now()
        ttl = max(0, int(left.total_seconds()))
        future = self._pool.submit(service.send, to, message.payload, key, ttl=ttl)
        self.way[future] = message, to


def service_of(subscription: PushSubscription) -> str:
    """Return how all endpoints of the push service of a browser begin."""
    return "/".join(subscription.endpoint.split("/")[:3]) + "/"


def _full(on_the_way: Iterable[T], most: int) -> Collection[T]:
    return [one for one, count in Counter(on_the_way).items() if count >= most]


def _note(message: PushMessage, to: PushSubscription, future: Future[Answer]) -> bool:
    """Note what came of a message; return whether it was taken."""
    try:
        answer = future.result()
    except (FetchFailed, sealing.NotSealedHere) as error:
        outbox.note_failure(message, getattr(error, "code", type(error).__name__))
        return False
    except Exception as error:  # an error with one message must not keep the others back
        logger.exception("push_failed")
        outbox.note_failure(message, type(error).__name__)
        return False
    if answer.is_gone:
        outbox.note_gone(message, to)
    elif answer.is_taken:
        outbox.note_taken(message)
    else:
        wait_seconds = answer.wait_seconds if answer.may_pass else -1
        outbox.note_failure(message, f"status {answer.status}", wait_seconds)
    return answer.is_taken
