"""A queue that delivers every message twice."""

from __future__ import annotations

from typing import Any

import dramatiq

_TWIN = "chaos_twin"


class Doubling(dramatiq.Middleware):
    """Sends each message a second time."""

    def after_enqueue(
        self, broker: dramatiq.Broker, message: dramatiq.Message[Any], delay: int | None
    ) -> None:
        if not message.options.get(_TWIN):
            broker.enqueue(message.copy(options={_TWIN: True}))
