"""API keys act for their user, are shown once, and stop working when they are revoked."""

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.models import ApiKey, User

URL = "/api/v1/videos/"


def _get(secret: str) -> int:
    return APIClient().get(URL, headers={"Authorization": f"Bearer {secret}"}).status_code


def test_a_key_acts_for_its_user_and_only_its_hash_is_kept(owner: User) -> None:
    key, secret = api_keys.issue(owner, name="ci")
    assert secret.startswith("vl_")
    assert _get(secret) == 200
    stored = ApiKey.objects.values().get()
    assert secret not in str(stored)
    assert stored["last_used_at"] is not None
    assert key.hint == secret[:9]


def test_a_revoked_key_ends_at_once(owner: User) -> None:
    key, secret = api_keys.issue(owner, name="ci")
    api_keys.revoke(key)
    assert _get(secret) == 401


def test_a_key_of_an_inactive_user_is_refused(owner: User) -> None:
    _, secret = api_keys.issue(owner, name="ci")
    User.objects.update(is_active=False)
    assert _get(secret) == 401


@pytest.mark.parametrize("secret", ["", "vl_", "vl_wrong", "nonsense", "vl_\u00ff", "a b"])
def test_a_wrong_key_is_401_with_a_code(db: None, secret: str) -> None:
    answer = APIClient().get(URL, headers={"Authorization": f"Bearer {secret}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_api_key")


def test_the_command_prints_the_key_alone(owner: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_api_key", "OWNER@example.com", name="ci")
    secret = capsys.readouterr().out.strip()
    assert _get(secret) == 200
    with pytest.raises(CommandError):
        call_command("create_api_key", "nobody@example.com", name="ci")


def test_the_demo_user_is_made_once(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_demo_user")
    email, password = capsys.readouterr().out.split()
    assert User.objects.get(email=email).check_password(password)
    call_command("create_demo_user")
    assert capsys.readouterr().out == ""
    assert User.objects.count() == 1


def test_addresses_are_one_in_any_case(owner: User) -> None:
    assert User.objects.get_by_natural_key("OWNER@Example.com") == owner
