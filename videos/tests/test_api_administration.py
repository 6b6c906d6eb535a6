"""Administrators read the audit log and invite people through the API; others may not."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from accounts import api_keys, audit, roles
from accounts.models import AuditEntry, Invitation, User

AUDIT, INVITATIONS = "/api/v1/audit/", "/api/v1/invitations/"


def _with(role: str) -> APIClient:
    user = User.objects.create_user(f"{role}@example.com", "a long password")
    roles.give(user, role)
    return _client(user)


def _client(user: User) -> APIClient:
    client = APIClient()
    _, secret = api_keys.issue(user, name="test")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


@pytest.fixture
def head(db: None) -> APIClient:
    return _with("administrator")


def test_the_audit_log_is_listed_and_filtered(head: APIClient, owner: User) -> None:
    audit.record("video.deleted", ("video", UUID(int=7), "A film"), by=owner)
    audit.record("user.changed", owner, by=owner)
    told = head.get(AUDIT, {"target": str(UUID(int=7))}).json()["results"]
    assert [(one["action"], one["name"], one["who"]) for one in told] == [
        ("video.deleted", "A film", owner.email)
    ]
    assert len(head.get(AUDIT, {"who": owner.email, "kind": "user"}).json()["results"]) == 1
    assert head.get(AUDIT, {"of": "x"}).status_code == 400


def test_an_operator_reads_no_title(db: None, owner: User) -> None:
    audit.record("video.deleted", ("video", UUID(int=7), "A film"), by=owner)
    answer = _with("operator").get(AUDIT, {"kind": "video"}).json()
    assert [(one["name"], one["target"]) for one in answer["results"]] == [("", "")]


@pytest.mark.parametrize("role", ["uploader", "viewer", "moderator"])
def test_other_roles_are_refused(db: None, role: str) -> None:
    client = _with(role)
    for path in (AUDIT, INVITATIONS):
        assert client.get(path).status_code == 403
    assert client.post(INVITATIONS, {}, format="json").status_code == 403


def test_an_invitation_is_made_mailed_used_and_revoked(
    head: APIClient, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    form = {"email": "new@example.com", "role": "operator", "send": True}
    answer = head.post(INVITATIONS, form, format="json")
    told = answer.json()
    assert (answer.status_code, told["sent"], told["state"]) == (201, True, "open")
    assert told["link"] in mail.outbox[0].body
    assert "link" not in head.get(INVITATIONS).json()["results"][0]
    path = told["link"].removeprefix("http://testserver")
    Client().post(path, {"password1": "a long pass phrase"})
    assert [role.name for role in roles.of(User.objects.get(email="new@example.com"))] == [
        "operator"
    ]
    entry = AuditEntry.objects.get(action="invitation.created")
    assert (entry.via, entry.actor_email) == ("key", "administrator@example.com")
    refused = head.delete(f"{INVITATIONS}{told['id']}/")
    assert (refused.status_code, refused.json()["code"]) == (409, "invitation_over")
    other = head.post(INVITATIONS, {}, format="json").json()
    assert head.delete(f"{INVITATIONS}{other['id']}/").status_code == 204


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"plan": "no-such"}, 400, "plan_unknown"),
        ({"email": "administrator@example.com"}, 409, "address_taken"),
        ({"email": "no address"}, 400, "invalid"),
        ({"days": 0}, 400, "min_value"),
        ({"admin": True}, 400, "unknown_field"),
    ],
)
def test_a_wrong_invitation_is_refused(
    head: APIClient, form: dict[str, object], status: int, code: str
) -> None:
    answer = head.post(INVITATIONS, form, format="json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Invitation.objects.exists()
