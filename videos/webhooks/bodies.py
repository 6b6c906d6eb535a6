"""The bodies of messages, as the bytes that are signed and sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from videos.events import messages
from videos.models import Event, WebhookEndpoint
from videos.webhooks.wanted import TEST


def of(event: Event) -> str:
    """Return the body of the message about an event."""
    return _written(messages.webhook_body(event))


def of_test(endpoint: WebhookEndpoint) -> str:
    """Return the body of a message that only tries the endpoint."""
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    return _written({"type": TEST, "timestamp": now, "data": {"webhook": str(endpoint.pk)}})


def _written(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
