"""Who may report to an address: only what is signed, recent, and named by a token of ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client

from accounts.models import User
from config.env.rates import Rate
from videos.ingest.hooks import addresses
from videos.models import HookAddress, HookDelivery
from videos.tests.hooks import OTHER_SECRET, SECRET, address_of, post, prediction, signed

ODD: list[Any] = [None, 7, "", "a b", [], {}]


@pytest.fixture(autouse=True)
def _secrets(settings: LazySettings) -> None:
    settings.REPLICATE_SECRETS = (SECRET,)
    cache.clear()


@pytest.fixture
def address(owner: User) -> HookAddress:
    return address_of(owner)


def test_a_signed_report_is_kept(address: HookAddress) -> None:
    answer = post(address, prediction())
    assert (answer.status_code, answer.json()) == (200, {"received": True})
    assert HookDelivery.objects.get().delivery_id == "msg_1"


def test_an_idempotency_key_means_nothing_to_a_report(client: Client) -> None:
    answer = client.post("/api/v1/hooks/replicate/?for=0", headers={"Idempotency-Key": "a"})
    assert (answer.status_code, answer.json()["code"]) == (403, "hook_address_unknown")


def test_a_replayed_report_is_kept_once(address: HookAddress) -> None:
    post(address, prediction())
    assert post(address, prediction()).json() == {"received": False}
    assert HookDelivery.objects.count() == 1


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_each_header_of_the_signature_must_be_there(address: HookAddress, name: str) -> None:
    headers = signed(b"{}")
    del headers[name]
    answer = post(address, b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "signature_missing")


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_report_out_of_time_is_refused(address: HookAddress, minutes: int) -> None:
    at = datetime.now(tz=UTC) + timedelta(minutes=minutes)
    answer = post(address, prediction(), at=at)
    assert (answer.status_code, answer.json()["code"]) == (401, "signature_expired")


@pytest.mark.parametrize("minutes", [-4, 4])
def test_clocks_may_differ_a_little(address: HookAddress, minutes: int) -> None:
    at = datetime.now(tz=UTC) + timedelta(minutes=minutes)
    assert post(address, prediction(), at=at).status_code == 200


@pytest.mark.parametrize(
    "forged",
    [
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,a,b"},
        {"webhook-signature": "v1,????"},
        {"webhook-signature": "v2,C2FVsBQIhrscChlQIMV+b5sSYspob7oD"},
        {"webhook-signature": " ".join(["v1,AAAA"] * 5000)},
        {"webhook-id": "msg_2"},
        {"webhook-id": "msg_1.1"},
        {"webhook-timestamp": "0"},
        {"webhook-timestamp": "nan"},
        {"webhook-timestamp": "1e9999"},
        {"webhook-timestamp": "9" * 4000},
        {"webhook-timestamp": "-1"},
    ],
)
def test_forged_headers_are_refused(address: HookAddress, forged: dict[str, str]) -> None:
    headers = signed(b"{}") | forged
    answer = post(address, b"{}", headers=headers)
    assert answer.status_code == 401
    assert not HookDelivery.objects.exists()


def test_a_changed_body_is_refused(address: HookAddress) -> None:
    answer = post(address, b'{"id": "other"}', headers=signed(b"{}"))
    assert (answer.status_code, answer.json()["code"]) == (401, "signature_invalid")
    assert SECRET not in answer.content.decode()


def test_a_body_that_is_no_text_is_refused(address: HookAddress) -> None:
    assert post(address, b"\xff\xfe", headers=signed(b"{}")).status_code == 401


def test_one_good_signature_among_others_is_enough(address: HookAddress) -> None:
    headers = signed(b"[]")
    headers["webhook-signature"] = f"v1 v1,xx,y v2,AA v1,AAAA {headers['webhook-signature']}"
    answer = post(address, b"[]", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")  # it got so far


def test_both_secrets_count_while_one_rotates(address: HookAddress, settings: Any) -> None:
    settings.REPLICATE_SECRETS = (OTHER_SECRET, SECRET)
    assert post(address, prediction()).status_code == 200
    assert post(address, prediction(), secret=OTHER_SECRET, delivery_id="2").status_code == 200
    settings.REPLICATE_SECRETS = (OTHER_SECRET,)
    assert post(address, prediction(), delivery_id="3").status_code == 401


def test_without_a_secret_nothing_is_taken_in(address: HookAddress, settings: Any) -> None:
    settings.REPLICATE_SECRETS = ()
    assert post(address, prediction()).json()["code"] == "signature_invalid"


def test_the_owner_is_named_by_a_token_of_ours(address: HookAddress) -> None:
    token = addresses.token_of(address)
    for wrong in (token[:-1], f"x{token}", token.split(":")[0], "\0", "ü", ":", "AA:BB"):
        answer = post(wrong, prediction())
        assert (answer.status_code, answer.json()["code"]) == (403, "hook_address_unknown"), wrong
    assert not HookDelivery.objects.exists()


def test_the_token_of_another_generator_is_refused(owner: User, address: HookAddress) -> None:
    assert post(address_of(owner, "generic"), prediction()).status_code == 403


@pytest.mark.parametrize("change", [{"is_active": False}, {"can_upload": False}])
def test_who_may_not_upload_any_more_gets_nothing(
    owner: User, address: HookAddress, change: dict[str, bool]
) -> None:
    User.objects.filter(pk=owner.pk).update(**change)
    assert post(address, prediction()).json()["code"] == "hook_address_unknown"


def test_a_revoked_address_is_refused(address: HookAddress) -> None:
    addresses.revoke(address)
    assert post(address, prediction()).json()["code"] == "hook_address_unknown"


def test_a_generator_that_nobody_knows_is_not_found(address: HookAddress) -> None:
    assert post(address, prediction(), source="nobody").status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"[" * 100_000, b"null"])
def test_a_signed_body_that_is_no_object_is_malformed(address: HookAddress, body: bytes) -> None:
    answer = post(address, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        *product(("id", "status"), ODD),
        ("id", "../../account"),
        ("id", "x" * 101),
        ("id", "\0"),
        ("status", ["succeeded"]),
    ],
)
def test_a_prediction_names_itself_and_its_status(
    address: HookAddress, member: str, value: Any
) -> None:
    answer = post(address, prediction() | {member: value})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [member]


def test_a_body_over_the_limit_is_refused(address: HookAddress) -> None:
    body = b" " * (4 * 1024**2 + 1)
    answer = post(address, body, headers=signed(b"{}"))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_a_large_prediction_is_taken_in(address: HookAddress) -> None:
    assert post(address, prediction(logs="x" * 3_900_000)).status_code == 200


def test_many_forged_reports_are_slowed_down_and_true_ones_are_not(
    address: HookAddress, settings: Any
) -> None:
    settings.RATES = replace(settings.RATES, wrong_keys=Rate(30, 3600))
    answers = [post(address, b"{}", headers=signed(b"[]")) for _ in range(40)]
    assert answers[-1].status_code == 429
    assert post(address, prediction()).status_code == 200


def test_while_the_database_is_away_the_generator_is_to_try_again(
    address: HookAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(addresses, "standing", away)
    answer = post(address, prediction())
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert answer["Retry-After"]
