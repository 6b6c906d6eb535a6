"""What comes of the reports of generators: videos with their provenance, each once."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from processing.models import Run
from videos.ingest import imports
from videos.ingest.hooks import acting, waiting
from videos.ingest.hooks.retention import prune_hooks
from videos.models import Event, Folder, Generation, HookAddress, HookDelivery, Upload, Video
from videos.tests.hooks import MP4, PREDICTION, SECRET, address_of, post, prediction


@pytest.fixture(autouse=True)
def _secrets(settings: LazySettings) -> None:
    settings.REPLICATE_SECRETS = (SECRET,)
    cache.clear()


@pytest.fixture
def address(owner: User) -> HookAddress:
    return address_of(owner)


def report(address: HookAddress, *predictions: dict[str, Any]) -> list[HookDelivery]:
    """Report them one after another, have them acted upon, and return what became of each."""
    begin = HookDelivery.objects.count()
    for number, one in enumerate(predictions, start=begin):
        assert post(address, one, delivery_id=f"msg_{number}").status_code == 200
        acting.act_on_due()
    return list(HookDelivery.objects.order_by("id"))[begin:]


def test_an_output_is_imported_with_its_provenance(owner: User, address: HookAddress) -> None:
    (delivery,) = report(address, prediction())
    video = Video.objects.get()
    assert (delivery.state, delivery.video, delivery.error_code) == ("imported", video, "")
    assert (video.owner, video.title, video.status) == (owner, "a walk by the sea", "uploading")
    assert video.external_id == f"replicate:{PREDICTION}"
    assert video.provenance == {
        "source": "replicate",
        "ai_generated": True,
        "model": "owner/waves",
        "version": "d0a1",
        "prediction": PREDICTION,
        "prompt": "a walk by the sea",
    }
    assert Upload.objects.get().protocol == Upload.Protocol.HOOK
    assert Run.objects.filter(video=video).count() == 1
    assert Event.objects.filter(type="video.created", video_id=video.pk).exists()


def test_addresses_of_files_are_not_kept_once_they_were_used(address: HookAddress) -> None:
    (delivery,) = report(address, prediction(output=f"{MP4}?token=secret"))
    assert delivery.report == {}
    assert "secret" not in str(Video.objects.values().get()) + Upload.objects.get().origin_url


@pytest.mark.parametrize(
    ("output", "count"),
    [
        (MP4, 1),
        ([MP4, "https://replicate.delivery/b.webm"], 2),
        ({"video": MP4, "audio": "https://replicate.delivery/a.mp3", "seed": 3}, 2),
        ([{"files": [MP4]}, [[MP4]]], 1),
        ("https://replicate.delivery/without-an-ending", 1),
    ],
)
def test_outputs_come_in_many_shapes(address: HookAddress, output: Any, count: int) -> None:
    (delivery,) = report(address, prediction(output=output))
    assert (delivery.state, Video.objects.count()) == ("imported", count)
    assert len(Generation.objects.get().outputs) == count


def test_each_of_several_outputs_is_a_video_with_its_number(address: HookAddress) -> None:
    report(address, prediction(output=[MP4, "https://replicate.delivery/b.mp4"]))
    made = Video.objects.order_by("id").values_list("title", "external_id")
    assert list(made) == [
        ("a walk by the sea (1)", f"replicate:{PREDICTION}:1"),
        ("a walk by the sea (2)", f"replicate:{PREDICTION}:2"),
    ]


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("https://replicate.delivery/words.json", "not_media"),
        ("data:video/mp4;base64,AAAA", "inline_output"),
        ([f"{MP4}\0", f"{MP4}\ud800", "https://replicate.delivery/words.txt"], "not_media"),
        (["https://replicate.delivery/words.txt", "data:text/plain,a"], "not_media"),
    ],
)
def test_what_cannot_be_imported_is_told(address: HookAddress, output: Any, code: str) -> None:
    (delivery,) = report(address, prediction(output=output))
    assert (delivery.state, delivery.error_code) == ("refused", code)
    assert Generation.objects.get().outputs[0]["error"] == code


def test_at_most_a_hundred_outputs_are_imported_and_more_are_told(address: HookAddress) -> None:
    many = [f"https://replicate.delivery/{number}.mp4" for number in range(120)]
    (delivery,) = report(address, prediction(output=many))
    assert (delivery.error_code, Video.objects.count()) == ("too_many_outputs", 100)


@pytest.mark.parametrize("output", [None, "", [], {}, "done", 7, [None, {"a": True}]])
def test_success_without_an_output_is_a_failure(address: HookAddress, output: Any) -> None:
    (delivery,) = report(address, prediction(output=output))
    video = Video.objects.get()
    assert (delivery.state, delivery.video) == ("recorded", video)
    assert (video.status, video.error_code) == ("failed", "generation_failed")


def test_a_failure_is_in_the_library_with_its_reason(address: HookAddress, api: APIClient) -> None:
    report(address, prediction("failed", error="NSFW content\ndetected." + "x" * 9999))
    (video,) = api.get("/api/v1/videos/").json()["results"]
    assert (video["status"], video["title"]) == ("failed", "a walk by the sea")
    assert video["error"]["code"] == "generation_failed"
    assert "NSFW content detected." in video["error"]["message"]
    assert len(video["error"]["message"]) < 600
    assert Upload.objects.get().finished_at is not None


@pytest.mark.parametrize(
    ("status", "code"),
    [("canceled", "generation_canceled"), ("aborted", "generation_failed")],
)
def test_other_ends_are_recorded_too(address: HookAddress, status: str, code: str) -> None:
    report(address, prediction(status))
    assert Video.objects.get().error_code == code


def test_an_address_of_this_network_is_never_fetched(address: HookAddress) -> None:
    (delivery,) = report(address, prediction(output="http://127.0.0.1/a.mp4"))
    video = Video.objects.get()
    assert delivery.error_code == video.error_code == "fetch_forbidden_address"
    assert not Run.objects.exists()


def test_an_end_is_the_end_in_whatever_order_reports_come(address: HookAddress) -> None:
    states = [
        delivery.state
        for delivery in report(
            address,
            prediction("starting"),
            prediction(),
            prediction("processing"),
            prediction("starting"),
            prediction(),
            prediction("failed"),
        )
    ]
    assert states == ["noted", "imported", *["ignored"] * 4]
    assert Generation.objects.get().status == "succeeded"
    assert Video.objects.count() == 1


def test_a_status_never_moves_backwards(address: HookAddress) -> None:
    report(address, prediction("processing"), prediction("starting"))
    assert Generation.objects.get().status == "processing"


def test_a_prediction_in_the_trash_is_not_imported_again(address: HookAddress) -> None:
    report(address, prediction())
    Video.objects.update(deleted_at="2026-01-01T00:00Z")
    report(address, prediction())
    assert Video.objects.count() == 1


def test_two_owners_may_have_the_same_prediction(address: HookAddress, stranger: User) -> None:
    report(address, prediction())
    report(address_of(stranger), prediction())
    assert Video.objects.count() == 2


def test_videos_get_the_settings_of_the_address(owner: User) -> None:
    folder = Folder.objects.create(owner=owner, name="Generated")
    address = address_of(
        owner, visibility="unlisted", folder=folder.pk, tags=("ai",), metadata={"a": 1}
    )
    report(address, prediction())
    video = Video.objects.get()
    assert (video.visibility, video.folder, video.tags) == ("unlisted", folder, ["ai"])
    assert video.metadata == {"a": 1}


def test_a_folder_that_is_gone_costs_no_video(owner: User) -> None:
    folder = Folder.objects.create(owner=owner, name="Generated")
    address = address_of(owner, folder=folder.pk)
    folder.delete()
    report(address, prediction())
    assert Video.objects.get().folder is None


def test_who_was_deactivated_in_the_meantime_gets_nothing(
    owner: User, address: HookAddress
) -> None:
    post(address, prediction())
    User.objects.filter(pk=owner.pk).update(is_active=False)
    acting.act_on_due()
    assert HookDelivery.objects.get().error_code == "upload_not_allowed"
    assert not Video.objects.exists()


@pytest.mark.parametrize("prompt", ["\0\ud800 nul \u202e", "x" * 20_000, 7, None, ["a"]])
def test_odd_prompts_do_no_harm(address: HookAddress, prompt: Any) -> None:
    (delivery,) = report(address, prediction(input={"prompt": prompt}))
    assert delivery.state == "imported"
    assert len(Video.objects.get().provenance.get("prompt", "")) <= 10_000


def test_an_error_leaves_nothing_half_done_and_is_tried_again(
    address: HookAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, times = imports.start, []

    def fails_at_the_second(*args: Any, **kwargs: Any) -> Any:
        times.append(1)
        if len(times) == 2:
            raise RuntimeError
        return start(*args, **kwargs)

    monkeypatch.setattr(imports, "start", fails_at_the_second)
    post(address, prediction(output=[MP4, "https://replicate.delivery/b.mp4"]))
    acting.act_on_due()
    assert not Video.objects.exists()
    HookDelivery.objects.update(next_at="2026-01-01T00:00Z")
    acting.act_on_due()
    assert Video.objects.count() == 2


def test_what_fails_for_ever_is_given_up_where_staff_see_it(
    address: HookAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(imports, "start", fails)
    post(address, prediction())
    for _ in range(10):
        HookDelivery.objects.filter(next_at__isnull=False).update(next_at="2026-01-01T00:00Z")
        acting.act_on_due()
    delivery = HookDelivery.objects.get()
    assert (delivery.state, delivery.error_code) == ("refused", "internal_error")
    assert not waiting.is_anything()


def test_old_reports_are_deleted_and_waiting_ones_are_kept(address: HookAddress) -> None:
    report(address, prediction())
    post(address, prediction(), delivery_id="waiting")
    HookDelivery.objects.update(received_at="2020-01-01T00:00Z")
    Generation.objects.update(created_at="2020-01-01T00:00Z")
    assert prune_hooks() == 2
    assert [one.delivery_id for one in HookDelivery.objects.all()] == ["waiting"]
    assert Video.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_burst_loses_nothing_and_makes_nothing_twice(owner: User) -> None:
    """125 predictions, each told of four times in any order, its end twice under one id and once
    under another, while two workers act on them."""
    address = address_of(owner)
    sent = [
        (status, number, f"{status}-{number}-{copy}")
        for number in range(125)
        for status, copy in (("starting", 1), ("succeeded", 1), ("succeeded", 1), ("succeeded", 2))
    ]
    random.Random(14).shuffle(sent)  # no secret

    def send(one: tuple[str, int, str]) -> None:
        status, number, delivery_id = one
        answer = post(address, prediction(status, id=f"p{number}"), delivery_id=delivery_id)
        assert answer.status_code == 200
        connection.close()

    def work(_: int) -> None:
        acting.act_on_due()
        connection.close()

    with ThreadPoolExecutor(4) as senders, ThreadPoolExecutor(2) as workers:
        answers = senders.map(send, sent)
        for _ in range(4):
            list(workers.map(work, range(2)))
        list(answers)
    while waiting.is_anything():
        acting.act_on_due()
    assert HookDelivery.objects.count() == 375
    assert HookDelivery.objects.filter(state="imported").count() == 125
    assert not HookDelivery.objects.filter(state__in=["received", "refused"]).exists()
    named = set(Video.objects.values_list("external_id", flat=True))
    assert named == {f"replicate:p{number}" for number in range(125)}
    assert Video.objects.count() == 125


@pytest.mark.alone
def test_a_report_is_acknowledged_in_a_tenth_of_a_second(address: HookAddress) -> None:
    took = []
    for number in range(21):
        many = [f"https://replicate.delivery/{number}/{n}.mp4" for n in range(100)]
        began = time.perf_counter()
        post(address, prediction(output=many, id=f"p{number}"), delivery_id=f"{number}")
        took.append(time.perf_counter() - began)
    assert sorted(took)[10] < 0.1
