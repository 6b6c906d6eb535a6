"""Uploads straight into the bucket: begun, signed, listed, completed and canceled by the API."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from rest_framework.test import APIClient

from accounts.models import User
from tests.servers.s3 import S3
from videos.ingest.direct import limits
from videos.models import Source, StoredObject, Upload, Video
from videos.storage import originals
from videos.tests.direct import MIB, Direct, begin, parts_begun
from videos.tests.kept import in_bucket

pytestmark = pytest.mark.django_db
URL = "/api/v1/uploads/s3/multipart/"


@pytest.fixture(params=["moto_server", "rclone_s3"])
def s3(request: pytest.FixtureRequest, settings: Any) -> S3:
    """The bucket that both storages are in."""
    found: S3 = request.getfixturevalue(request.param)
    in_bucket(settings, found)
    return found


@pytest.fixture
def moto(moto_server: S3, settings: Any) -> S3:
    """A bucket, for what needs no second server."""
    in_bucket(settings, moto_server)
    return moto_server


def test_a_file_in_parts_becomes_a_video(api: APIClient, s3: S3) -> None:
    upload = begin(api, size=11 * MIB, metadata={"title": "A walk", "tags": '["sea"]'})
    etags = [upload.send(1, bytes(8 * MIB)), upload.send(2, bytes(3 * MIB))]
    answer = upload.complete(etags)
    assert answer.status_code == 200, answer.content
    video = Video.objects.select_related("source").get()
    assert answer.json() == {
        "location": f"http://testserver/api/v1/videos/{video.pk}/",
        "key": upload.key,
        "video": str(video.pk),
    }
    assert (video.status, video.title, video.tags) == ("processing", "A walk", ["sea"])
    assert video.source is not None
    assert (video.source.size, video.source.sha256, video.source.key) == (11 * MIB, "", upload.key)
    assert originals().object_size(upload.key) == 11 * MIB
    assert StoredObject.objects.get(key=upload.key).state == "stored"
    assert api.get(f"/api/v1/videos/{video.pk}/").json()["source"]["sha256"] is None


def test_a_small_file_is_one_part(api: APIClient, s3: S3, clip: Path) -> None:
    upload = begin(api)
    assert upload.complete([upload.send(1, clip.read_bytes())]).status_code == 200
    assert Source.objects.get().size == clip.stat().st_size


def test_addresses_of_many_parts_come_at_once_and_work(api: APIClient, s3: S3) -> None:
    upload = begin(api, size=16 * MIB)
    told = upload.get("batch/", partNumbers="1,2").json()
    assert told["expires"] == 3600
    etags = [
        requests.put(told["presignedUrls"][number], data=bytes(8 * MIB), timeout=30).headers["ETag"]
        for number in ("1", "2")
    ]
    assert upload.complete(etags).status_code == 200


def test_a_client_that_comes_back_learns_what_has_arrived(api: APIClient, s3: S3) -> None:
    upload = begin(api, size=9 * MIB)
    assert upload.get().json() == []
    etag = upload.send(1, bytes(8 * MIB))
    listed = upload.get().json()
    assert listed == [{"PartNumber": 1, "ETag": etag.strip('"'), "Size": 8 * MIB}]
    assert Upload.objects.get().received == 8 * MIB
    assert upload.complete([listed[0]["ETag"], upload.send(2, bytes(MIB))]).status_code == 200


def test_the_address_of_a_part_is_signed_for_that_part_alone(
    api: APIClient, rclone_s3: S3, settings: Any
) -> None:
    in_bucket(settings, rclone_s3)
    url = begin(api).get("1/").json()["url"]
    assert requests.put(url, data=b"x", timeout=30).status_code == 200
    for wrong in (url.replace("partNumber=1", "partNumber=2"), url[:-4] + "0000"):
        assert requests.put(wrong, data=b"x", timeout=30).status_code == 403
    assert requests.get(url, timeout=30).status_code == 403


def test_completing_twice_ends_well(api: APIClient, s3: S3) -> None:
    upload = begin(api)
    etags = [upload.send(1, b"x" * 100)]
    first, second = upload.complete(etags), upload.complete(etags)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert Source.objects.count() == 1


@pytest.mark.parametrize("size", [99, 101])
def test_a_lying_size_is_refused_and_nothing_stays(api: APIClient, s3: S3, size: int) -> None:
    upload = begin(api, size=size)
    etags = [upload.send(1, b"x" * 100)]
    for _ in range(2):  # the answer is the same when it is asked for again
        answer = upload.complete(etags)
        assert (answer.status_code, answer.json()["code"]) == (409, "upload_size_differs")
    video = Video.objects.get()
    assert (video.status, video.error_code) == ("failed", "upload_size_differs")
    assert (parts_begun(s3, upload.key), Source.objects.count()) == ([], 0)
    assert StoredObject.objects.get(key=upload.key).state == "deleting"


def test_an_oversized_part_is_refused(api: APIClient, moto: S3) -> None:
    upload = begin(api, size=9 * MIB)
    answer = upload.complete([upload.send(1, bytes(9 * MIB))])
    assert (answer.status_code, answer.json()["code"]) == (409, "upload_part_too_large")
    assert parts_begun(moto, upload.key) == []


def test_more_than_the_upload_may_have_is_refused(api: APIClient, moto: S3) -> None:
    upload = begin(api)
    Upload.objects.update(limits={"max_size": 99})
    answer = upload.complete([upload.send(1, b"x" * 100)])
    assert (answer.status_code, answer.json()["code"]) == (413, "upload_too_large")
    assert Video.objects.get().error_code == "upload_too_large"


def test_an_empty_part_is_refused(api: APIClient, moto: S3) -> None:
    upload = begin(api)
    answer = upload.complete([upload.send(1, b"")])
    assert (answer.status_code, answer.json()["code"]) == (400, "file_empty")


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([(1, "0" * 32)], "parts_missing"),
        ([(2, None)], "parts_missing"),
        ([(1, None), (1, None)], "parts_missing"),
        ([(1, None), (2, "0" * 32)], "parts_missing"),
        ([], "invalid"),
        ([(0, None)], "invalid"),
        ([("1", None)], "invalid"),
        ([(True, None)], "invalid"),
        ([(1, 5)], "invalid"),
        ([(1, "x" * 300)], "invalid"),
    ],
)
def test_parts_that_are_not_there_leave_the_upload_open(
    api: APIClient, moto: S3, parts: list[tuple[Any, Any]], code: str
) -> None:
    upload = begin(api)
    etag = upload.send(1, b"x" * 100)
    named = [{"PartNumber": n, "ETag": etag if e is None else e} for n, e in parts]
    answer = upload.post("complete/", {"parts": named})
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert upload.complete([etag]).status_code == 200


@pytest.mark.thorough
@pytest.mark.parametrize("order", [(b"a", b"b"), (b"b", b"a")], ids=["ab", "ba"])
def test_of_a_part_that_was_sent_twice_the_named_one_is_taken(
    api: APIClient, seaweedfs: S3, settings: Any, order: tuple[bytes, bytes]
) -> None:
    # This server lists both, in no order of time.
    in_bucket(settings, seaweedfs)
    upload = begin(api, size=100)
    first = upload.send(1, order[0] * 100)
    time.sleep(1.1)  # it keeps the time of each in whole seconds
    second = upload.send(1, order[1] * 100)
    assert first != second
    assert [one["Size"] for one in upload.get("").json()] == [100]
    assert upload.complete([second]).status_code == 200
    assert originals().read_bytes(upload.key, at_most=100) == order[1] * 100


def test_small_parts_before_the_last_are_refused_and_can_be_sent_again(
    api: APIClient, moto: S3
) -> None:
    upload = begin(api)
    etags = [upload.send(1, bytes(4 * MIB)), upload.send(2, b"x")]
    assert upload.complete(etags).json()["code"] == "part_too_small"
    assert upload.complete([upload.send(1, bytes(5 * MIB)), etags[1]]).status_code == 200


def test_nobody_else_gets_at_an_upload_nor_does_a_forged_key(
    api: APIClient, moto: S3, stranger: User, as_user: Callable[[User], APIClient]
) -> None:
    upload = begin(api)
    etags = [upload.send(1, b"x")]
    strange = Direct(as_user(stranger), upload.id, upload.key)
    forged = Direct(api, upload.id, uuid4().hex)
    unknown = Direct(api, str(uuid4()), upload.key)
    nul = Direct(api, upload.id, "\0")
    for other in (strange, forged, unknown, nul):
        answers = (
            *(other.get(), other.get("1/"), other.get("batch/", partNumbers="1")),
            *(other.complete(etags), other.delete()),
        )
        assert [one.status_code for one in answers] == [404] * 5
    assert upload.complete(etags).status_code == 200


def test_the_key_of_another_upload_of_ones_own_counts_as_forged(api: APIClient, moto: S3) -> None:
    one, other = begin(api), begin(api)
    assert Direct(api, one.id, other.key).get("1/").status_code == 404


@pytest.mark.parametrize(("number", "size", "status"), [
    (1, 100, 200), (2, 100, 400), (3, 10 * MIB, 400), (0, None, 400), (10_000, None, 200),
    (10_001, None, 400), (10**12, None, 400),
])  # fmt: skip
def test_only_parts_that_the_file_can_have_are_signed(
    api: APIClient, moto: S3, number: int, size: int | None, status: int
) -> None:
    upload = begin(api, **({} if size is None else {"size": size}))
    assert upload.get(f"{number}/").status_code == status


@pytest.mark.parametrize("numbers", ["", ",", "1,", "a", "-1", "1,,2", "9" * 9, "1," * 1000 + "1"])
def test_a_batch_needs_numbers(api: APIClient, moto: S3, numbers: str) -> None:
    answer = begin(api).get("batch/", partNumbers=numbers)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "partNumbers"


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (1, 8 * MIB),
        (72_000 * MIB, 8 * MIB),
        (90_000 * MIB, 10 * MIB),
        (9000 * 8 * MIB + 1, 8 * MIB + 1),
    ],
)
def test_parts_grow_with_the_file(size: int, told: int) -> None:
    assert limits.part_size(Upload(size=size)) == told


def test_canceling_deletes_the_parts_and_may_be_repeated(api: APIClient, s3: S3) -> None:
    upload = begin(api)
    etags = [upload.send(1, b"x")]
    assert [upload.delete().status_code for _ in range(2)] == [204, 204]
    assert parts_begun(s3, upload.key) == []
    assert Video.objects.get().status == "canceled"
    for answer in (upload.get(), upload.get("1/"), upload.complete(etags)):
        assert (answer.status_code, answer.json()["code"]) == (409, "upload_over")


def test_a_complete_upload_cannot_be_canceled(api: APIClient, moto: S3) -> None:
    upload = begin(api)
    upload.complete([upload.send(1, b"x")])
    assert upload.delete().json()["code"] == "upload_over"
    assert Video.objects.get().status == "processing"


def test_a_canceled_video_ends_its_upload(api: APIClient, moto: S3) -> None:
    upload = begin(api)
    etags = [upload.send(1, b"x")]
    assert api.post(f"/api/v1/videos/{upload.video}/cancel/").status_code == 202
    assert upload.complete(etags).json()["code"] == "upload_over"


def test_who_may_not_upload_any_more_sends_nothing_more(
    api: APIClient, moto: S3, owner: User
) -> None:
    upload = begin(api)
    etags = [upload.send(1, b"x")]
    User.objects.filter(pk=owner.pk).update(can_upload=False)
    answers = (upload.get(), upload.get("1/"), upload.complete(etags))
    assert [one.json()["code"] for one in answers] == ["upload_not_allowed"] * 3
    assert api.post(URL, {"filename": "a"}, format="json").json()["code"] == "upload_not_allowed"


@pytest.mark.parametrize(
    ("sent", "field", "code"),
    [
        ({}, "filename", "required"),
        ({"size": 0}, "size", "min_value"),
        ({"size": 6 * 1024**4}, "size", "max_value"),
        ({"size": "5"}, "size", "invalid"),
        ({"metadata": []}, "metadata", "invalid"),
        ({"metadata": {"tilte": "A"}}, "metadata.tilte", "unknown_field"),
        ({"metadata": {"tags": "[1]"}}, "metadata.tags", "invalid"),
        ({"metadata": {"size": "many"}}, "metadata.size", "invalid"),
        ({"metadata": {"size": 0}}, "metadata.size", "min_value"),
        ({"metadata": {"size": "9" * 5000}}, "metadata.size", "invalid"),
        ({"key": "x"}, "key", "unknown_field"),
    ],
)
def test_a_wrong_beginning_is_named_and_nothing_is_begun(
    api: APIClient, moto: S3, sent: dict[str, Any], field: str, code: str
) -> None:
    whole = sent if code == "required" else {"filename": "a.mp4", **sent}
    answer = api.post(URL, whole, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert answer.json()["errors"][0]["code"] == code
    assert Upload.objects.count() == 0


def test_what_uppy_says_of_a_file_by_itself_is_taken(api: APIClient, moto: S3) -> None:
    meta: dict[str, Any] = {
        "name": "a.mp4",
        "type": "video/mp4",
        "relativePath": None,
        "size": "100",
    }
    meta |= {"title": "A", "tags": ["b"], "clip": {"start": 1}}
    begin(api, metadata=meta)
    video = Video.objects.get()
    assert (video.title, video.tags, video.clip_start) == ("A", ["b"], 1.0)
    assert Upload.objects.get().size == 100


def test_one_request_is_no_upload(api: APIClient, moto: S3) -> None:
    answer = api.get("/api/v1/uploads/s3/params/?filename=a&type=b&metadata[title]=c")
    assert (answer.status_code, answer.json()["code"]) == (409, "multipart_only")


def test_a_disk_says_that_it_is_no_bucket(api: APIClient) -> None:
    asked = (
        api.get("/api/v1/uploads/s3/params/"),
        api.post(URL, {"filename": "a.mp4"}, format="json"),
    )
    for answer in asked:
        assert (answer.status_code, answer.json()["code"]) == (409, "direct_upload_unavailable")
        assert "tus" in answer.json()["detail"]
    assert Video.objects.count() == 0


def test_a_bucket_that_is_away_fails_the_video(api: APIClient, moto: S3, settings: Any) -> None:
    storages = settings.STORAGES
    storages["originals"]["OPTIONS"]["endpoint_url"] = "http://127.0.0.1:1"
    settings.STORAGES = storages
    answer = api.post(URL, {"filename": "a.mp4"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
    assert Video.objects.get().error_code == "storage_unavailable"


class TestAPage:
    """A page of the site sends the session's cookie, and no token of Django's, as Uppy does."""

    @pytest.fixture
    def page(self, owner: User) -> APIClient:
        page = APIClient(enforce_csrf_checks=True)
        page.force_login(owner)
        return page

    def test_of_the_site_may_upload(self, page: APIClient, moto: S3) -> None:
        page.credentials(HTTP_ORIGIN="http://testserver", HTTP_HOST="testserver")
        assert begin(page).delete().status_code == 204

    @pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", None])
    def test_of_another_site_may_not(self, page: APIClient, moto: S3, origin: str | None) -> None:
        page.credentials(**({"HTTP_ORIGIN": origin} if origin else {}))
        answer = page.post(URL, {"filename": "a.mp4"}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
