"""Receive the reports of generators: verify one, keep it once, and wake a worker for it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from videos import strict_json
from videos.ingest.hooks import addresses, signatures
from videos.ingest.hooks.generator import Generator, Report
from videos.ingest.hooks.signatures import Signed
from videos.models import HookAddress, HookDelivery


class NotJson(Exception):
    """Raised when a webhook's body is no JSON object, or has a member twice."""


def receive(generator: Generator, token: str, signed: Signed) -> bool:
    """Keep a report; return False if it was received before.

    Nothing is read of the database before the signature has been verified. Raises
    ``AddressUnknown``, the errors of ``signatures.verify``, ``NotJson`` or ``BadReport``.
    """
    address_id = addresses.id_in(token) if token else UUID(int=0)
    signatures.verify(signed, generator.secrets(address_id))
    address = addresses.standing(address_id, generator)
    report = generator.report(_object_in(signed.body))
    return keep(address, report, signed.delivery_id)


def keep(address: HookAddress, report: Report, delivery_id: str) -> bool:
    """Keep a report under its delivery's id; return False if that is known already."""
    delivery = HookDelivery(
        address=address,
        owner_id=address.owner_id,
        source=address.source,
        delivery_id=delivery_id,
        job_id=report.job_id,
        status=report.status,
        report=report.to_json(),
        next_at=Now(),
    )
    with transaction.atomic():
        HookDelivery.objects.bulk_create([delivery], ignore_conflicts=True)
    # With ignored conflicts no number of rows is told; the row of the first is another one.
    return HookDelivery.objects.filter(pk=delivery.pk).exists()


def _object_in(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body, cls=strict_json.Decoder)
    except (RecursionError, ValueError) as error:
        raise NotJson from error
    if not isinstance(value, dict):
        raise NotJson
    return value
