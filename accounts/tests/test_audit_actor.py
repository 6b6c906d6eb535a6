"""The audit log tells who acted, how they were known, and from which address."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from accounts import actor, api_keys, audit, audited
from accounts.actor import Actor, acting
from accounts.models import AuditEntry, User

PASSWORD = "a long password"
LOGIN = "/accounts/login/"


def _log_in(client: Client, email: str, password: str, **more: Any) -> None:
    client.post(LOGIN, {"login": email, "password": password}, **more)


def test_a_log_in_and_a_log_out_name_the_user_and_the_address(client: Client, owner: User) -> None:
    _log_in(client, owner.email, PASSWORD, REMOTE_ADDR="203.0.113.9")
    client.post("/accounts/logout/", REMOTE_ADDR="203.0.113.9")
    rows = AuditEntry.objects.order_by("id").values_list(
        "action", "actor", "actor_email", "via", "address"
    )
    about = (owner.pk, owner.email, "session", "203.0.113.9")
    acted = [row for row in rows if row[0] in ("user.logged_in", "user.logged_out")]
    assert acted == [("user.logged_in", *about), ("user.logged_out", *about)]


def test_an_address_that_a_client_writes_into_a_header_counts_for_nothing(
    client: Client, owner: User
) -> None:
    forged = {"HTTP_X_FORWARDED_FOR": "198.51.100.1", "HTTP_X_REAL_IP": "198.51.100.1"}
    _log_in(client, owner.email, PASSWORD, REMOTE_ADDR="203.0.113.9", **forged)
    assert AuditEntry.objects.get(action="user.logged_in").address == "203.0.113.9"


def test_failed_log_ins_are_recorded_without_the_password_and_not_without_end(
    client: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audited, "MOST_OF_ONE", 2)
    for _ in range(4):
        _log_in(client, owner.email, "a wrong password")
    entries = AuditEntry.objects.filter(action=audited.LOGIN_FAILED)
    assert [(one.target_id, one.via) for one in entries] == [(str(owner.pk), "nobody")] * 2
    assert "wrong password" not in str(list(AuditEntry.objects.values()))


def test_an_entry_of_a_request_with_an_api_key_names_the_key(owner: User) -> None:
    key, _ = api_keys.issue(owner, name="ci")
    with acting(Actor(address="2001:db8::1")):
        audit.note_key(key)
        audit.record("video.deleted", ("video", UUID(int=1), "A film"))
    entry = AuditEntry.objects.get(action="video.deleted")
    assert (entry.actor, entry.via, entry.key_hint) == (owner, "key", key.hint)
    assert (entry.address, entry.target_name) == ("2001:db8::1", "A film")


@pytest.mark.parametrize(
    ("words", "via"),
    [(["reprocess", "x"], "command"), (["worker"], "system"), (["reconcile"], "system")],
)
def test_a_command_acts_and_a_server_acts_by_itself(words: list[str], via: str) -> None:
    assert actor.of_command(words).via == via


@pytest.mark.parametrize(
    ("text", "address"),
    [("203.0.113.9", "203.0.113.9"), ("fe80::1%eth0", "fe80::1"), ("", None), ("x", None)],
)
def test_what_is_no_address_is_left_out(text: str, address: str | None) -> None:
    assert actor.client_address(text) == address
