"""Each kind of event has its payload described, with an example, and its readers get that."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from accounts.models import User
from config import schema
from tests.told_payloads import faults_of
from videos.api.schema.examples import events as examples
from videos.events import kinds, log, messages, payloads
from videos.models import Event, Video

DOCS = (Path(__file__).parents[2] / "docs" / "api.md").read_text()


def body_schema(kind: str) -> dict[str, Any]:
    """The schema of a webhook's body, which refuses members that are not described."""
    document = schema.document()
    [told] = document["webhooks"][kind].values()
    body = told["requestBody"]["content"]["application/json"]["schema"]
    name = body["properties"]["data"]["properties"]["payload"]["$ref"].rpartition("/")[2]
    payload = document["components"]["schemas"][name] | {"additionalProperties": False}
    data = body["properties"]["data"]
    data = data | {"properties": {**data["properties"], "payload": payload}}
    data |= {"additionalProperties": False}
    return {
        **body,
        "properties": {**body["properties"], "data": data},
        "additionalProperties": False,
    }


def test_every_kind_has_a_payload_and_a_webhook_and_no_other_has() -> None:
    assert payloads.PAYLOADS.keys() == kinds.KINDS.keys()
    assert schema.document()["webhooks"].keys() == kinds.KINDS.keys()


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_its_example_is_as_described(kind: str) -> None:
    example = examples.webhook(kind)
    assert list(Draft202012Validator(body_schema(kind)).iter_errors(example)) == []
    assert set(example["data"]["payload"]) == set(payloads.PAYLOADS[kind].__annotations__)


def test_the_guide_names_the_members_of_each_kind() -> None:
    rows = re.findall(r"^\| `([a-z]+\.[a-z_.]+)` \| .+? \|(.*?)\|$", DOCS, re.M)
    told = {kind: re.findall(r"`(\w+)`", members) for kind, members in rows}
    assert told == {kind: payloads.extras(kind) for kind in kinds.KINDS}


def test_a_webhook_says_what_the_feed_says(video: Video) -> None:
    log.sequence()
    for event in Event.objects.all():
        message: Any = messages.message_of(event)
        body: Any = messages.webhook_body(event)
        assert (body["type"], body["timestamp"]) == (message["event"], message["created_at"])
        names = ("video", "cursor", "version", "payload")
        assert body["data"] == {name: message[name] for name in names}
        assert list(Draft202012Validator(body_schema(body["type"])).iter_errors(body)) == []


def test_a_webhook_about_an_image_names_the_image(owner: User) -> None:
    log.write_image_failure(owner.pk, title="Sea", code="image_invalid", message="No image.")
    log.sequence()
    body: Any = messages.webhook_body(Event.objects.get())
    assert body["data"]["image"] is None
    assert list(Draft202012Validator(body_schema("image.failed")).iter_errors(body)) == []


def test_what_the_release_before_stored_is_as_described(video: Video) -> None:
    log.sequence()
    event = Event.objects.get(type="video.created")
    event.type = "video.processing"
    body: Any = messages.webhook_body(event)
    assert body["type"] == "video.processing.started"
    assert faults_of("video.processing.started", body["data"]["payload"]) == []
