"""Jobs whose report never came are asked about."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from django.conf import LazySettings
from rest_framework.test import APIClient

from accounts.models import User
from videos.ingest.hooks import acting, polling, replicate_api, waiting
from videos.ingest.hooks.generator import CannotPoll
from videos.models import Generation, HookAddress, Video
from videos.tests.hooks import PREDICTION, SECRET, address_of, post, prediction

PREDICTIONS = "/api/v1/hooks/predictions/"
PAST = "2026-01-01T00:00Z"


class Replicate:
    """A stand-in for Replicate's API, which answers as it is told."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes]] = []
        self.asked: list[tuple[str, str]] = []

    def says(self, status: int, body: Any) -> None:
        """Answer the next request so."""
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers.append((status, text))


@pytest.fixture
def replicate(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> Iterator[Replicate]:
    stand_in = Replicate()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            stand_in.asked.append((self.path, self.headers["Authorization"]))
            status, body = stand_in.answers.pop(0)
            self.send_response(status)
            if status in (301, 302):
                self.send_header("Location", f"/elsewhere/{PREDICTION}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Be silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.REPLICATE_SECRETS, settings.REPLICATE_TOKEN = (SECRET,), "r8_token"
    monkeypatch.setattr(replicate_api, "API", f"http://127.0.0.1:{server.server_port}/v1")
    monkeypatch.setattr(replicate_api, "LOOPBACK", True)
    yield stand_in
    server.shutdown()
    server.server_close()


@pytest.fixture
def address(owner: User, replicate: Replicate) -> HookAddress:
    return address_of(owner)


def ask_now() -> None:
    """Ask about every job, as if its time had come."""
    Generation.objects.filter(next_poll_at__isnull=False).update(next_poll_at=PAST)
    polling.ask_due()


def test_a_job_that_only_told_of_its_start_is_asked_about(
    address: HookAddress, replicate: Replicate
) -> None:
    post(address, prediction("starting"))
    acting.act_on_due()
    assert not waiting.is_anything()  # its report may still come
    replicate.says(200, prediction("processing"))
    ask_now()
    replicate.says(200, prediction())
    ask_now()
    assert replicate.asked == [(f"/v1/predictions/{PREDICTION}", "Bearer r8_token")] * 2
    assert Video.objects.get().provenance["prediction"] == PREDICTION
    ask_now()
    assert len(replicate.asked) == 2


def test_a_report_that_comes_late_after_all_changes_nothing(
    address: HookAddress, replicate: Replicate
) -> None:
    polling.register(address, PREDICTION)
    replicate.says(200, prediction())
    ask_now()
    post(address, prediction())
    acting.act_on_due()
    assert Video.objects.count() == 1


def test_a_registered_prediction_is_asked_about(
    address: HookAddress, replicate: Replicate, api: APIClient
) -> None:
    body = {"id": PREDICTION, "address": str(address.pk)}
    told = api.post(PREDICTIONS, body, format="json")
    assert (told.status_code, told.json()["status"]) == (202, "starting")
    replicate.says(200, prediction())
    ask_now()
    told = api.post(PREDICTIONS, body, format="json")
    assert told.json()["status"] == "succeeded"
    assert told.json()["videos"] == [str(Video.objects.get().pk)]
    assert not waiting.is_anything()


@pytest.mark.parametrize(
    "answer",
    [
        (500, b"oops"),
        (401, {}),
        (200, b"<html>"),
        (200, []),
        (200, {"id": PREDICTION}),
        (200, prediction(id="another")),
        (200, b"[" * 100_000),
        (302, b""),
        (200, b" " * (5 * 1024**2)),
    ],
)
def test_an_answer_that_makes_no_sense_is_asked_for_again(
    address: HookAddress, replicate: Replicate, answer: tuple[int, Any]
) -> None:
    polling.register(address, PREDICTION)
    replicate.says(*answer)
    ask_now()
    generation = Generation.objects.get()
    assert (generation.status, generation.polls) == ("starting", 1)
    assert generation.next_poll_at is not None
    assert len(replicate.asked) == 1


def test_a_job_that_replicate_does_not_know_has_failed(
    address: HookAddress, replicate: Replicate
) -> None:
    polling.register(address, PREDICTION)
    replicate.says(404, {"detail": "not found"})
    ask_now()
    assert Video.objects.get().error_code == "generation_failed"
    assert Generation.objects.get().next_poll_at is None


def test_nobody_asks_for_longer_than_a_day(address: HookAddress, replicate: Replicate) -> None:
    polling.register(address, PREDICTION)
    Generation.objects.update(created_at=PAST)
    replicate.says(200, prediction("processing"))
    ask_now()
    assert "within a day" in Video.objects.get().error_message


def test_without_a_token_nobody_is_asked(
    address: HookAddress, settings: LazySettings, api: APIClient
) -> None:
    settings.REPLICATE_TOKEN = ""
    post(address, prediction("starting"))
    acting.act_on_due()
    assert Generation.objects.get().next_poll_at is None
    answer = api.post(PREDICTIONS, {"id": PREDICTION, "address": str(address.pk)}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "polling_not_configured")


def test_only_ids_of_predictions_and_ones_own_addresses_are_taken(
    address: HookAddress, api: APIClient, stranger: User
) -> None:
    wrong = api.post(PREDICTIONS, {"id": "../account", "address": str(address.pk)}, format="json")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "prediction_invalid")
    other = address_of(stranger)
    body = {"id": PREDICTION, "address": str(other.pk)}
    assert api.post(PREDICTIONS, body, format="json").status_code == 404
    assert not Generation.objects.exists()


def test_an_address_of_this_network_is_not_asked(
    address: HookAddress, replicate: Replicate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replicate_api, "LOOPBACK", False)
    with pytest.raises(CannotPoll) as refused:
        replicate_api.prediction(PREDICTION)
    assert isinstance(refused.value.__cause__, requests.RequestException)
    assert replicate.asked == []
