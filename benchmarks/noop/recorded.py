"""django-dramatiq's record of each message, for one actor only."""

from __future__ import annotations

from typing import Any

import dramatiq
from django_dramatiq.middleware import AdminMiddleware

ACTOR = "recorded"


class RecordsOneActor(AdminMiddleware):  # type: ignore[misc]  # it has no types
    """Keeps a row for each message of ``ACTOR``: enqueued, running, done."""

    def after_enqueue(
        self, broker: dramatiq.Broker, message: dramatiq.Message[Any], delay: float
    ) -> None:
        """Write the row when a message is sent."""
        if message.actor_name == ACTOR:
            super().after_enqueue(broker, message, delay)

    def before_process_message(
        self, broker: dramatiq.Broker, message: dramatiq.Message[Any]
    ) -> None:
        """Update the row when a message begins."""
        if message.actor_name == ACTOR:
            super().before_process_message(broker, message)

    def after_process_message(
        self, broker: dramatiq.Broker, message: dramatiq.Message[Any], **ending: Any
    ) -> None:
        """Update the row when a message has ended."""
        if message.actor_name == ACTOR:
            super().after_process_message(broker, message, **ending)
