"""What each route answers to anonymous people, strangers, owners, owners who may not upload, staff
who may only look, moderators, operators, administrators and superusers: ``table.txt`` has a line
for each.

A route without a line fails, and so does a line without a route. What is missing is written by
``pytest tests/routes/recording.py``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts import api_keys, outbox
from accounts.models import ApiKey, PushMessage, PushSubscription, User
from processing.models import DutyRun, EncodingProfile, Reconciler, Run, Worker
from tests import staff
from tests.routes.listing import Route, protocol_routes, routes
from videos.models import (
    Folder,
    HookAddress,
    HookDelivery,
    Image,
    ModerationDecision,
    Notification,
    Release,
    Source,
    Track,
    Upload,
    Video,
    WebhookDelivery,
    WebhookEndpoint,
)
from videos.webhooks import secrets

TABLE = Path(__file__).parent / "table.txt"
ROLES = (
    *("anonymous", "stranger", "owner", "no_upload"),
    *("viewer", "moderator", "operator", "administrator", "superuser"),
)
# What one more of the staff may do, few changes touch.
ROLES_TO_ASK = [
    pytest.param(role, marks=[pytest.mark.thorough] if role in ("operator", "superuser") else [])
    for role in ROLES
]
_LINE = re.compile(r"^(\w+ /\S*)((?: +\d{3}){9})$")

# What the ids in the routes of the API name, other than videos.
_ROWS: dict[str, Any] = {
    "jobs": Run,
    "uploads": Upload,
    "folders": Folder,
    "images": Image,
    "keys": ApiKey,
    "hooks/addresses": HookAddress,
    "push/subscriptions": PushSubscription,
    "webhooks/<id:webhook_id>/deliveries": WebhookDelivery,
    "webhooks": WebhookEndpoint,
    "videos/<id:video_id>/tracks": Track,
}

pytestmark = pytest.mark.slow


def table() -> dict[str, list[int]]:
    """The expected answers by route, a column for each role."""
    found = {}
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            told = _LINE.match(line)
            assert told, f"{TABLE.name} has a line that is none: {line}"
            found[told[1]] = [int(code) for code in told[2].split()]
    return found


def populate(video: Video, owner: User) -> None:
    """A row of everything, around a private video of the owner's."""
    run = Run.objects.get()
    now = timezone.now()
    release, _ = Release.objects.get_or_create(pk=run.pk)
    Run.objects.update(release=release)
    Worker.objects.create(name="worker", started_at=now, last_seen=now)
    Reconciler.objects.create(name="reconciler", host="host", started_at=now, last_seen=now)
    DutyRun.objects.create(name="duty", next_at=now)
    api_keys.issue(owner, name="key")
    Folder.objects.create(owner=owner, name="folder")
    browser = PushSubscription.objects.create(
        user=owner, endpoint="https://push.example.net/", endpoint_sha256="x", p256dh="", auth=""
    )
    PushMessage.objects.create(subscription=browser, payload={"title": "A clip"})
    Notification.objects.create(
        owner=owner, kind="ready", event_id=video.pk, video_id=video.pk, title="A clip"
    )
    outbox.write(owner, "mail/video_approved", title="A clip", message="", link="")
    about = ContentType.objects.get_for_model(Video)
    LogEntry.objects.create(
        user=owner,
        content_type=about,
        object_id=str(video.pk),
        object_repr="x",
        action_flag=CHANGE,
    )
    ModerationDecision.objects.create(
        video_id=video.pk, owner_email="", by_email="", before="pending", after="approved"
    )
    address = HookAddress.objects.create(owner=owner, source="generic")
    HookDelivery.objects.create(address=address, owner=owner, source="generic", status="failed")
    source = Source.objects.create(owner=owner, key="image", filename="a.png", size=1, sha256="")
    Image.objects.create(
        owner=owner, source=source, width=1, height=1, copy_bytes=1, thumbnail_bytes=1, format="png"
    )
    Track.objects.create(video=video, kind="captions", origin="api")
    webhook = WebhookEndpoint.objects.create(
        owner=owner, url="https://example.org/", starts_after=0, secret=secrets.seal(secrets.new())
    )
    WebhookDelivery.objects.create(
        endpoint=webhook, event="video.ready", about_id=video.pk, body="{}", next_at=now
    )
    staff.moderators()


def visitor(role: str, owner: User) -> User | None:
    """Somebody of this standing."""
    if role == "anonymous":
        return None
    if role == "no_upload":
        User.objects.filter(pk=owner.pk).update(can_upload=False)
    if role in ("owner", "no_upload"):
        return owner
    if role == "stranger":
        return User.objects.create_user("stranger@example.com", "a long password")
    if role == "superuser":
        return User.objects.create_superuser("superuser@example.com", "a long password")
    return staff.viewer_only() if role == "viewer" else staff.with_role(role)


def named() -> dict[str, str]:
    """What stands for the parameters of any route; it is the same for all of them."""
    video = str(Video.objects.values_list("pk", flat=True).get())
    values: dict[str, Any] = {
        "video_id": video,
        "image_id": video,
        "track_id": Track.objects.values_list("pk", flat=True)[0],
        "subscription_id": PushSubscription.objects.values_list("pk", flat=True)[0],
        "token": "nothing",
        "key_id": ApiKey.objects.values_list("pk", flat=True)[0],
        "session_id": 1,
        "secret": "nothing",
        "form": "csv",
        "webhook_id": WebhookEndpoint.objects.get().pk,
        "delivery_id": WebhookDelivery.objects.get().pk,
        "source": "replicate",
        "name": EncodingProfile.objects.values_list("name", flat=True)[0],
        "app_label": "videos",
        "content_type_id": ContentType.objects.get_for_model(Video).pk,
        "object_id": video,
        "id": User.objects.get(email="owner@example.com").pk,
        "url": "nothing",
        "key": "nothing",
        "number": 1,
        "uidb36": "1",
    }
    return {name: str(value) for name, value in values.items()}


def values(route: Route, known: dict[str, str]) -> dict[str, str]:
    """What stands for the parameters of a route, given what is the same for all."""
    own = {}
    if ":pk>" in route.path:
        own["pk"] = "1" if "/2fa/" in route.path else _row_of(route) or known["video_id"]
    if model := _model_of(route.path.split("/")):
        row = model._default_manager.order_by("pk").first()
        own["object_id"] = str(row.pk) if row else "nothing"
    return known | own


def _row_of(route: Route) -> str:
    """The id of the row that a route of the API is about; empty for a video's."""
    found = [model for area, model in _ROWS.items() if f"api/v1/{area}/<" in route.path]
    return str(found[0]._default_manager.order_by("pk")[0].pk) if found else ""


def _model_of(parts: list[str]) -> Any:
    """The model that a page of the admin is about, or None."""
    if parts[0] != "admin" or len(parts) < 4:
        return None
    try:
        # What others call a job.
        return apps.get_model(parts[1], {"job": "run"}.get(parts[2], parts[2]))
    except LookupError:
        return None


def answers(user: User | None, chosen: Collection[str] | None = None) -> Iterator[tuple[str, int]]:
    """What each route, or each of those chosen, answers to somebody; nothing of it lasts."""
    visitor = Client()
    if user is not None:
        visitor.force_login(user)
    cookies = visitor.cookies.output(header="", sep=";")
    known = named()
    client = Client(raise_request_exception=False)
    for route in routes():
        if chosen is not None and str(route) not in chosen:
            continue
        client.cookies.clear()
        client.cookies.load(cookies)
        with transaction.atomic():
            asked = getattr(client, route.method.lower())
            answer = asked(route.filled(values(route, known)), content_type=_type_of(route))
            transaction.set_rollback(True)
        yield str(route), answer.status_code


def _type_of(route: Route) -> str:
    if route.path.startswith("api/") and route.method != "GET":
        return "application/json"
    return "application/x-www-form-urlencoded"


def test_every_route_has_its_line() -> None:
    there = {str(route) for route in (*routes(), *protocol_routes())}
    told = set(table())
    assert sorted(there - told) == [], "routes without a line"
    assert sorted(told - there) == [], "lines without a route"


@pytest.mark.parametrize("role", ROLES_TO_ASK)
def test_each_answers_as_expected(role: str, video: Video, owner: User) -> None:
    populate(video, owner)
    column = ROLES.index(role)
    expected = {name: codes[column] for name, codes in table().items()}
    got = dict(answers(visitor(role, owner)))
    wrong = {n: (code, expected.get(n)) for n, code in got.items() if code != expected.get(n)}
    assert wrong == {}, "answered, expected"


def test_nobody_without_rights_gets_into_the_admin() -> None:
    """By the table itself: whoever is no staff is sent to the log-in, whatever they ask for."""
    for name, codes in table().items():
        if " /admin/" in name and not name.endswith(("/login/", "/logout/")):
            assert set(codes[:4]) <= {302, 404, 405}, name
