"""Idempotency-Key: a POST that is sent twice acts once."""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.db.models.functions import Now
from rest_framework.test import APIClient

from accounts.models import User
from processing.models import Run
from videos import idempotency
from videos.models import IdempotencyKey, Video
from videos.storage import StorageUnavailable
from videos.storage.disk import DiskStorage

URL = "/api/v1/videos/"
IN_FLIGHT, MISMATCH = (409, "idempotency_in_flight"), (422, "idempotency_mismatch")

Send = Callable[..., Any]


@pytest.fixture
def send(api: APIClient, clip: Path) -> Send:
    """Post a clip with a key."""

    def post(key: str = "k1", client: APIClient = api, **form: object) -> Any:
        file = SimpleUploadedFile("sea.mp4", clip.read_bytes(), "video/mp4")
        return client.post(URL, {"file": file} | form, HTTP_IDEMPOTENCY_KEY=key)

    return post


def code(answer: Any) -> tuple[int, str]:
    """The status and the code of a problem."""
    return answer.status_code, answer.json()["code"]


def its_holder_was_killed() -> None:
    """Let the time pass in which a killed holder would have renewed its claim."""
    IdempotencyKey.objects.update(held_until=Now() - timedelta(seconds=1))


def test_the_same_request_again_gets_the_first_answer_and_makes_nothing(send: Send) -> None:
    first, again = send(title="Sea"), send(title="Sea")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Location"] == first["Location"]
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Video.objects.count() == 1


def test_without_a_key_and_with_another_each_request_acts(send: Send, api: APIClient) -> None:
    send()
    send("k2")
    assert Video.objects.count() == 2


def test_a_key_of_another_request_is_refused(send: Send, api: APIClient) -> None:
    video = send().json()
    assert code(send(title="Other")) == MISMATCH
    other = api.post(f"{URL}{video['id']}/cancel/", HTTP_IDEMPOTENCY_KEY="k1")
    assert code(other) == MISMATCH
    assert Video.objects.count() == 1


def test_a_key_of_another_file_is_refused(send: Send, api: APIClient) -> None:
    send()
    file = SimpleUploadedFile("sea.mp4", b"other bytes", "video/mp4")
    assert code(api.post(URL, {"file": file}, HTTP_IDEMPOTENCY_KEY="k1")) == MISMATCH


def test_a_key_belongs_to_its_user(
    send: Send, stranger: User, as_user: Callable[[User], APIClient]
) -> None:
    first = send().json()
    assert send(client=as_user(stranger)).json()["id"] != first["id"]


def test_a_refusal_is_told_again_but_not_one_that_may_pass(send: Send, owner: User) -> None:
    assert send(visibility="?").status_code == 400
    assert send(visibility="?")["Idempotency-Replayed"] == "true"
    User.objects.update(can_upload=False)
    assert send("k2").status_code == 403
    User.objects.update(can_upload=True)
    assert send("k2").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 256])
def test_a_key_that_is_none_is_refused(send: Send, key: str) -> None:
    answer = send(key)
    assert code(answer) == (400, "idempotency_key_invalid")
    assert not Video.objects.exists()


def test_the_longest_key_is_taken(send: Send) -> None:
    assert send("~" * 255).status_code == 201


def test_a_failure_of_the_server_is_tried_again(send: Send) -> None:
    with patch.object(DiskStorage, "take_file", side_effect=StorageUnavailable("full")):
        assert send(external_id="7").status_code == 503
    again = send(external_id="7")
    assert (again.status_code, again.json()["status"]) == (201, "processing")
    assert Video.objects.count() == 1


def test_who_answers_too_late_is_told_what_was_made(send: Send) -> None:
    """An answer that could not be stored: the video stands, and no second one is made."""
    with patch.object(idempotency, "answered", return_value=False):
        first = send()
    again = send()
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert again["Location"] == first["Location"]
    assert Video.objects.count() == 1


def test_a_job_is_begun_once(api: APIClient, ready_video: Video) -> None:
    def submit() -> Any:
        body = {"video": str(ready_video.pk)}
        return api.post("/api/v1/jobs/", body, format="json", HTTP_IDEMPOTENCY_KEY="j")

    first, again = submit(), submit()
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    IdempotencyKey.objects.update(status=None)
    its_holder_was_killed()
    assert submit().json()["id"] == first.json()["id"]
    assert Run.objects.filter(kind=Run.Kind.REPROCESS).count() == 1


def test_an_attempt_that_was_overtaken_creates_nothing(send: Send) -> None:
    def overtaken(*_: object) -> None:
        IdempotencyKey.objects.update(holder=uuid4())

    with patch("videos.objects.write_ahead_original", side_effect=overtaken):
        answer = send()
    assert code(answer) == IN_FLIGHT
    assert not Video.objects.exists()


def test_old_keys_count_no_more_and_are_pruned(send: Send) -> None:
    send()
    its_holder_was_killed()
    IdempotencyKey.objects.update(created_at=Now() - timedelta(hours=25))
    assert send()["Location"]
    assert Video.objects.count() == 2
    its_holder_was_killed()
    IdempotencyKey.objects.update(created_at=Now() - timedelta(hours=25))
    assert idempotency.prune_keys() == 1
    assert idempotency.prune_keys() == 0


def test_a_key_that_is_acted_on_is_not_pruned(owner: User) -> None:
    asked = idempotency.Asked("POST", URL, "0" * 64)
    idempotency.claim(owner, "k", asked)
    IdempotencyKey.objects.update(created_at=Now() - timedelta(hours=25))
    assert idempotency.prune_keys() == 0


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_one_acts(send: Send, clip: Path) -> None:
    together = Barrier(20)

    def one(_: int) -> Any:
        together.wait(30)
        try:
            return send()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(one, range(20)))
    assert Video.objects.count() == 1
    told = {code(answer) for answer in answers if answer.status_code != 201}
    assert told <= {IN_FLIGHT}
    assert all(answer["Retry-After"] for answer in answers if answer.status_code == 409)
    assert {a.json()["id"] for a in answers if a.status_code == 201} == {
        str(Video.objects.get().pk)
    }
    assert send()["Idempotency-Replayed"] == "true"


def killed(send: Send, point: str) -> None:
    """Send the request from another process, which is killed where it comes to this point."""
    connections.close_all()
    child = os.fork()
    if not child:
        with patch(point, side_effect=lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)):
            send(external_id="7")
        os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


@pytest.mark.django_db(transaction=True)
def test_a_post_that_was_killed_before_its_bytes_were_stored_is_made_anew(send: Send) -> None:
    killed(send, "videos.storage.disk.DiskStorage.take_file")
    assert code(send(external_id="7")) == IN_FLIGHT
    its_holder_was_killed()
    again = send(external_id="7")
    assert (again.status_code, again.json()["status"]) == (201, "processing")
    assert Video.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_post_that_was_killed_before_its_answer_was_stored_is_answered(send: Send) -> None:
    killed(send, "videos.idempotency.answered")
    made = Video.objects.get()
    assert code(send(external_id="7")) == IN_FLIGHT
    its_holder_was_killed()
    again = send(external_id="7")
    assert (again.status_code, again.json()["id"]) == (201, str(made.pk))
    assert send(external_id="7")["Idempotency-Replayed"] == "true"
    assert Video.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_acts_for_long_keeps_its_claim(owner: User) -> None:
    asked = idempotency.Asked("POST", URL, "0" * 64)
    claimed = idempotency.claim(owner, "k", asked)
    assert isinstance(claimed, idempotency.Claim)
    its_holder_was_killed()
    late = IdempotencyKey.objects.get().held_until
    with patch.object(idempotency, "_RENEW_SECONDS", 0.01), idempotency.acting(claimed):
        end = time.monotonic() + 30
        while IdempotencyKey.objects.get().held_until <= late and time.monotonic() < end:
            continue
        with pytest.raises(idempotency.KeyInFlight):
            idempotency.claim(owner, "k", asked)
    assert isinstance(idempotency.claim(owner, "k", asked), idempotency.Claim)
