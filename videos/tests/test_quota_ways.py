"""Every way in keeps to the plan: before the first byte, while bytes arrive, and at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import User
from processing.models import EncodingProfile, Run, Task
from processing.pipeline.work import drain
from tests.bad_server import Asked, Wire, serving
from tests.networks import LOOPBACK
from tests.planned import limit_free
from tests.servers.s3 import S3
from videos import quotas
from videos.ingest.direct import receiving
from videos.ingest.hooks import acting
from videos.ingest.settings import VideoSettings
from videos.models import HookDelivery, Source, StoredObject, Upload, Video
from videos.quotas.lengths import count_lengths
from videos.tests.direct import MIB, begin
from videos.tests.hooks import SECRET, address_of, post, prediction
from videos.tests.kept import in_bucket
from videos.tests.test_quotas import keep

pytestmark = pytest.mark.django_db


def form(api: APIClient, size: int) -> Any:
    file = SimpleUploadedFile("a.mp4", bytes(size), "video/mp4")
    return api.post("/api/v1/videos/", {"file": file}, format="multipart")


def test_a_form_is_refused_with_what_is_exceeded_and_what_to_do(api: APIClient) -> None:
    limit_free(largest_file=1000)
    answer = form(api, 1001)
    assert answer.status_code == 403
    told = answer.json()
    assert (told["code"], told["quota"], told["unit"]) == (
        "quota_exceeded",
        "largest_file",
        "bytes",
    )
    assert (told["limit"], told["used"], told["asked"]) == (1000, None, 1001)
    assert not Video.objects.exists()
    assert form(api, 1000).status_code == 201


def test_a_form_that_cannot_be_taken_in_any_case_is_refused_unread(
    api: APIClient, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_free(stored_bytes=10)
    keep(owner, 10)
    monkeypatch.setattr("videos.ingest.handlers._Form.parse", lambda _: pytest.fail("it was read"))
    assert form(api, 1).json()["quota"] == "stored_bytes"


def test_the_answer_to_a_key_is_not_kept_since_there_may_be_room_later(api: APIClient) -> None:
    def answer() -> int:
        form = {"url": "https://example.com/a.mp4"}
        path = "/api/v1/videos/import/"
        return api.post(path, form, format="json", HTTP_IDEMPOTENCY_KEY="one").status_code

    limit_free(uploads_a_day=0)
    assert answer() == 403
    limit_free(uploads_a_day=1)
    assert answer() == 202


def test_a_profile_that_the_plan_does_not_have_is_refused(api: APIClient) -> None:
    limit_free(profiles=["small", "mobile"])
    assert api.post("/api/v1/uploads/", {"profile": "default"}, format="json").status_code == 201
    EncodingProfile.objects.create(name="huge")
    answer = api.post("/api/v1/uploads/", {"profile": "huge"}, format="json")
    told = answer.json()
    assert (answer.status_code, told["quota"], told["profiles"]) == (
        403,
        "profiles",
        ["small", "mobile"],
    )
    assert "does not have the profile huge. Choose small, mobile or the default" in told["detail"]


def test_nor_is_a_video_processed_again_with_such_a_profile(
    api: APIClient, owner: User, video: Video
) -> None:
    limit_free(profiles=["small"])
    EncodingProfile.objects.create(name="huge")
    asked = {"video": str(video.pk), "profile": "huge"}
    answer = api.post("/api/v1/jobs/", asked, format="json")
    assert (answer.status_code, answer.json()["quota"]) == (403, "profiles")


def test_each_item_of_a_batch_is_answered_by_itself(api: APIClient) -> None:
    limit_free(uploads_a_day=2)
    items = [{"url": f"https://example.com/{number}.mp4"} for number in range(4)]
    answers = api.post("/api/v1/videos/import/batch/", {"items": items}, format="json").json()
    told = [(one["status"], one["code"]) for one in answers["items"]]
    assert told == [(202, None)] * 2 + [(403, "quota_exceeded")] * 2
    assert Run.objects.count() == 2


def test_what_a_generator_made_and_the_plan_refuses_is_told_by_its_video(
    owner: User, settings: LazySettings
) -> None:
    settings.REPLICATE_SECRETS = (SECRET,)
    cache.clear()
    limit_free(uploads_a_day=0)
    assert post(address_of(owner), prediction()).status_code == 200
    acting.act_on_due()
    video, delivery = Video.objects.get(), HookDelivery.objects.get()
    assert (video.status, video.error_code) == ("failed", "quota_uploads_a_day")
    assert (delivery.state, delivery.error_code) == ("imported", "quota_uploads_a_day")


def without_length(size: int) -> Any:
    """A server that does not say how large its file is."""

    def answer(_: Asked, wire: Wire) -> None:
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nConnection: close\r\n\r\n")
        wire.send(b"\0\0\0\x18ftypmp42" + bytes(size))

    return answer


@pytest.fixture
def url(settings: LazySettings) -> Iterator[str]:
    settings.FETCH_PRIVATE = LOOPBACK
    with serving() as server:
        server.at("/a.mp4", without_length(500_000))
        yield server.url()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"largest_file": 100_000}, "quota_largest_file"),
        ({"stored_bytes": 100_000}, "quota_stored_bytes"),
    ],
)
def test_a_fetched_file_of_unknown_size_ends_where_the_plan_does(
    api: APIClient, owner: User, url: str, limits: dict[str, int], code: str
) -> None:
    limit_free(**limits)
    assert api.post("/api/v1/videos/import/", {"url": url}, format="json").status_code == 202
    drain("ingest")
    video = Video.objects.get()
    assert (video.status, video.error_code) == ("failed", code)
    assert "100 kB" in video.error_message
    assert Upload.objects.get().error_code == code
    assert not Source.objects.exists()
    assert quotas.used_by(owner.pk).bytes == 0


@pytest.mark.django_db(transaction=True)
def test_a_file_that_fits_is_fetched(api: APIClient, owner: User, url: str) -> None:
    limit_free(stored_bytes=600_000)
    api.post("/api/v1/videos/import/", {"url": url}, format="json")
    drain("ingest")
    assert Source.objects.get().size == 500_012
    assert quotas.used_by(owner.pk).bytes == 500_012


def test_a_direct_upload_that_grew_too_large_is_deleted(
    api: APIClient, owner: User, moto_server: S3, settings: Any
) -> None:
    in_bucket(settings, moto_server)
    limit_free(stored_bytes=6 * MIB)
    upload = begin(api)
    etags = [upload.send(1, bytes(5 * MIB)), upload.send(2, bytes(2 * MIB))]
    answer = upload.complete(etags)
    assert (answer.status_code, answer.json()["quota"]) == (403, "stored_bytes")
    assert Video.objects.get().error_code == "quota_stored_bytes"
    assert Upload.objects.get().multipart_id == ""
    assert StoredObject.objects.get(key=upload.key).state == "deleting"
    assert quotas.used_by(owner.pk).bytes == 0


def test_a_direct_upload_is_refused_before_its_first_part(
    api: APIClient, owner: User, moto_server: S3, settings: Any
) -> None:
    in_bucket(settings, moto_server)
    limit_free(stored_bytes=10 * MIB)
    begin(api, size=6 * MIB)
    with pytest.raises(quotas.QuotaExceeded):
        receiving.begin(owner, receiving.Announced("b.mp4", 6 * MIB), VideoSettings())
    assert Video.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"longest_video": 2}, "quota_longest_video"),
        ({"stored_minutes": 1}, "quota_stored_minutes"),
    ],
)
def test_what_lasts_too_long_fails_and_can_be_tried_again_with_more_room(
    api: APIClient, owner: User, clip: Path, limits: dict[str, int], code: str
) -> None:
    earlier = keep(owner, 1, seconds=58.5)
    limit_free(**limits)
    with clip.open("rb") as file:
        assert api.post("/api/v1/videos/", {"file": file}, format="multipart").status_code == 201
    for queue in ("media", "default"):
        drain(queue)
    video = Video.objects.get()
    assert (video.status, video.error_code) == ("failed", code)
    assert video.source is not None
    assert video.source.seconds is None
    assert not Task.objects.filter(kind="encode").exists()
    earlier.delete()
    limit_free(longest_video=3600)
    job = api.post(f"/api/v1/videos/{video.pk}/reprocess/", {}, format="json")
    assert job.status_code == 202, job.content
    drain("media")
    video.refresh_from_db()
    assert video.status == "processing"
    video.source.refresh_from_db()
    assert video.source.seconds == pytest.approx(3, abs=0.2)


def test_an_image_counts_as_stored_too(api: APIClient, owner: User) -> None:
    limit_free(stored_bytes=10)
    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8"
        "ffff3f0005fe02fea72d1d8b0000000049454e44ae426082"
    )
    sent = {"file": SimpleUploadedFile("a.png", png, "image/png")}
    answer = api.post("/api/v1/images/", sent, format="multipart")
    assert (answer.status_code, answer.json()["quota"]) == (403, "stored_bytes")
    assert not Upload.objects.exists()
    limit_free(stored_bytes=1000)
    sent = {"file": SimpleUploadedFile("a.png", png, "image/png")}
    assert api.post("/api/v1/images/", sent, format="multipart").status_code == 201
    assert quotas.used_by(owner.pk).bytes == len(png)


def test_lengths_that_the_release_before_measured_are_counted(owner: User) -> None:
    old, new, bare = keep(owner, 1), keep(owner, 1), keep(owner, 1)
    Source.objects.filter(pk=old.pk).update(media={"duration": 30.5})
    Source.objects.filter(pk=new.pk).update(facts={"duration": 12.0}, media={"duration": 1})
    assert count_lengths() == 2
    assert count_lengths() == 0
    assert quotas.used_by(owner.pk).stored_seconds == 42.5
    bare.refresh_from_db()
    assert bare.seconds is None
