"""What django-dramatiq keeps of each message, for one actor alone."""

from __future__ import annotations

from typing import Any

import dramatiq
from django_dramatiq.middleware import AdminMiddleware

ACTOR = "recorded"


class RecordsOneActor(AdminMiddleware):  # type: ignore[misc]  # it has no types
    """Keeps a row of each message of ``ACTOR``: enqueued, running, done."""

    def after_enqueue(
        self, broker: dramatiq.Broker, message: dramatiq.Message[Any], delay: float
    ) -> None:
        """A row when it is sent."""
        if message.actor_name == ACTOR:
            super().after_enqueue(broker, message, delay)

    def before_process_message(
        self, broker: dramatiq.Broker, message: dramatiq.Message[Any]
    ) -> None:
        """The row when it begins."""
        if message.actor_name == ACTOR:
            super().before_process_message(broker, message)

    def after_process_message(
        self, broker: dramatiq.Broker, message: dramatiq.Message[Any], **ending: Any
    ) -> None:
        """The row when it has ended."""
        if message.actor_name == ACTOR:
            super().after_process_message(broker, message, **ending)
