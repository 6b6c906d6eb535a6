"""What tests of hooks share: signed reports, as generators send them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.test import Client
from standardwebhooks.webhooks import Webhook

from accounts.models import User
from videos.ingest.hooks import GENERATORS, addresses
from videos.ingest.settings import VideoSettings
from videos.models import HookAddress

SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
OTHER_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PREDICTION = "gm3qorzdhgbfurvjtvhg6dckhu"
MP4 = "https://replicate.delivery/xezq/abc/output.mp4"


def address_of(owner: User, source: str = "replicate", **settings: Any) -> HookAddress:
    """An address of a user's."""
    return addresses.create(owner, GENERATORS[source], VideoSettings(**settings))


def prediction(status: str = "succeeded", output: Any = MP4, **members: Any) -> dict[str, Any]:
    """A prediction as Replicate sends it."""
    return {
        "id": PREDICTION,
        "model": "owner/waves",
        "version": "d0a1",
        "input": {"prompt": "a walk by the sea", "seed": 7},
        "logs": "",
        "output": output if status == "succeeded" else None,
        "error": None,
        "status": status,
        "urls": {"get": "https://api.replicate.com/v1/predictions/x"},
        **members,
    }


def signed(
    body: bytes, secret: str = SECRET, *, delivery_id: str = "msg_1", at: datetime | None = None
) -> dict[str, str]:
    """The headers that sign a body."""
    moment = at or datetime.now(tz=UTC)
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(delivery_id, moment, body.decode()),
    }


def post(
    address: HookAddress | str,
    report: Mapping[str, Any] | bytes,
    *,
    source: str = "replicate",
    headers: Mapping[str, str] | None = None,
    **signing: Any,
) -> Any:
    """The answer to a report, signed unless ``headers`` are given."""
    body = report if isinstance(report, bytes) else json.dumps(report).encode()
    token = address if isinstance(address, str) else addresses.token_of(address)
    return Client(enforce_csrf_checks=True).post(
        f"/api/v1/hooks/{source}/",
        body,
        content_type="application/json",
        query_params={"for": token},
        headers=dict(signed(body, **signing) if headers is None else headers),
    )
