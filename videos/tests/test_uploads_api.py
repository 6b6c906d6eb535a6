"""Uploads in the API: delegating one to somebody without an account, following and canceling it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import Signer
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from processing import services as processing
from videos import purge
from videos.ingest import closing, delegated, uploads
from videos.ingest.settings import VideoSettings
from videos.models import Folder, StoredObject, Upload, Video

pytestmark = pytest.mark.django_db
URL = "/api/v1/uploads/"


def create(api: APIClient, **fields: Any) -> Any:
    answer = api.post(URL, fields, format="json")
    assert answer.status_code == 201, answer.content
    return answer.json()


def one(api: APIClient, upload: Any) -> Any:
    return api.get(f"{URL}{upload['id']}/").json()


def lives(upload: Upload) -> float:
    """The seconds from its creation to its expiry."""
    return (upload.expires_at - upload.created_at).total_seconds()


def video_of(upload: Any) -> Video:
    return Video.objects.get(pk=upload["video"])


def test_it_answers_with_an_address_of_this_site_and_a_video_that_waits(
    api: APIClient, owner: User
) -> None:
    answer = api.post(URL, {}, format="json")
    told = answer.json()
    assert answer["Location"] == f"http://testserver{URL}{told['id']}/"
    assert told["url"].startswith("http://testserver/u/")
    assert (told["state"], told["offset"], told["size"]) == ("waiting", 0, None)
    assert told["limits"] == {"max_size": None, "max_duration": None, "allowed_origin": None}
    video = video_of(told)
    assert (video.owner, video.status, video.title) == (owner, "pending_upload", "Untitled")
    upload = Upload.objects.get()
    assert upload.protocol == "delegated"
    assert lives(upload) == pytest.approx(3600, abs=5)


def test_settings_and_limits_are_kept(api: APIClient, owner: User) -> None:
    folder = Folder.objects.create(owner=owner, name="Visitors")
    told = create(
        api,
        title="From a visitor",
        folder=str(folder.pk),
        tags=["guest"],
        metadata={"user": 7},
        external_id="guest-7",
        visibility="unlisted",
        profile="default",
        filename="../../etc/pass wd.mp4",
        size=100,
        max_size=200,
        max_duration=12.5,
        expires_in=600,
        allowed_origin="HTTPS://App.Example:443/",
    )
    video = video_of(told)
    assert (video.title, video.folder, video.tags) == ("From a visitor", folder, ["guest"])
    assert (video.metadata, video.external_id) == ({"user": 7}, "guest-7")
    assert told["filename"] == "pass wd.mp4"
    assert told["size"] == 100
    assert told["limits"] == {
        "max_size": 200,
        "max_duration": 12.5,
        "allowed_origin": "https://app.example",
    }
    upload = Upload.objects.get()
    assert upload.settings["profile"]["name"] == "default"
    assert lives(upload) == pytest.approx(600, abs=5)


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"size": 0}, "size", "min_value"),
        ({"size": "7"}, "size", "invalid"),
        ({"size": 5, "max_size": 4}, "size", "max_value"),
        ({"max_size": 10**18}, "max_size", "max_value"),
        ({"max_duration": 0}, "max_duration", "min_value"),
        ({"max_duration": "60"}, "max_duration", "invalid"),
        ({"max_duration": True}, "max_duration", "invalid"),
        ({"max_duration": 10**6}, "max_duration", "max_value"),
        ({"expires_in": 59}, "expires_in", "min_value"),
        ({"expires_in": 8 * 86400}, "expires_in", "max_value"),
        ({"allowed_origin": "https://app.example/page"}, "allowed_origin", "invalid"),
        ({"allowed_origin": "https://*.example"}, "allowed_origin", "invalid"),
        ({"allowed_origin": "app.example"}, "allowed_origin", "invalid"),
        ({"allowed_origin": "null"}, "allowed_origin", "invalid"),
        ({"url": "https://app.example"}, "url", "unknown_field"),
        ({"visibility": "open"}, "visibility", "invalid_choice"),
    ],
)
def test_what_is_wrong_is_refused_and_leaves_nothing(
    api: APIClient, fields: dict[str, Any], field: str, code: str
) -> None:
    answer = api.post(URL, fields, format="json")
    assert answer.status_code == 400
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [(field, code)]
    assert not Upload.objects.exists() and not Video.objects.exists()


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"folder": "01a1fb70-14f7-744f-a1d9-38cfbcd81bd5"}, 400, "folder_unknown"),
        ({"profile": "none"}, 400, "profile_unknown"),
        ({"external_id": "taken"}, 409, "external_id_taken"),
    ],
)
def test_what_the_owner_does_not_have_is_told(
    api: APIClient, fields: dict[str, Any], status: int, code: str
) -> None:
    create(api, external_id="taken")
    answer = api.post(URL, fields, format="json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_app_that_wraps_a_page_is_an_origin_too(api: APIClient) -> None:
    told = create(api, allowed_origin="capacitor://localhost")
    assert told["limits"]["allowed_origin"] == "capacitor://localhost"


def test_only_who_may_upload_may_delegate_it(api: APIClient, owner: User) -> None:
    EmailAddress.objects.create(user=owner, email=owner.email, primary=True, verified=False)
    answer = api.post(URL, {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "email_not_verified")
    User.objects.filter(pk=owner.pk).update(can_upload=False)
    answer = api.post(URL, {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "upload_not_allowed")
    assert not Video.objects.exists()


def test_others_neither_see_nor_cancel_it(
    api: APIClient, stranger: User, moderator: User, as_user: Callable[[User], APIClient]
) -> None:
    upload = create(api)
    for other in (stranger, moderator):
        theirs = as_user(other)
        assert theirs.get(URL).json()["results"] == []
        assert theirs.get(f"{URL}{upload['id']}/").status_code == 404
        assert theirs.delete(f"{URL}{upload['id']}/").status_code == 404
    assert one(api, upload)["state"] == "waiting"


def test_the_list_has_every_way_in_by_pages_and_no_part_of_an_upload(
    api: APIClient, owner: User, clip: Path
) -> None:
    file = SimpleUploadedFile("a.mp4", clip.read_bytes(), "video/mp4")
    api.post("/api/v1/videos/", {"file": file}, format="multipart")
    delegated_one = create(api)
    Upload.objects.create(
        owner=owner, protocol="tus", key="part", filename="x", expires_at=timezone.now()
    )
    first = api.get(URL, {"page_size": 1}).json()
    assert [row["id"] for row in first["results"]] == [delegated_one["id"]]
    second = api.get(first["next"]).json()
    [posted] = second["results"]
    assert (posted["protocol"], posted["state"], posted["url"]) == ("post", "finished", None)
    assert posted["offset"] == posted["size"] == clip.stat().st_size
    assert second["next"] is None


def test_canceling_ends_the_upload_and_its_video_and_marks_its_bytes(api: APIClient) -> None:
    upload = create(api)
    assert api.delete(f"{URL}{upload['id']}/").status_code == 204
    told = one(api, upload)
    assert (told["state"], told["url"], told["error"]) == ("canceled", None, None)
    assert video_of(upload).status == "canceled"
    assert StoredObject.objects.get().state == "deleting"
    again = api.delete(f"{URL}{upload['id']}/")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_cancel")


def test_canceling_the_video_ends_its_upload(api: APIClient) -> None:
    upload = create(api)
    api.post(f"/api/v1/videos/{upload['video']}/cancel/")
    assert one(api, upload)["state"] == "canceled"
    with pytest.raises(uploads.UploadCanceled):
        row = Upload.objects.get()
        uploads.finish(row, uploads.Stored(5))
    assert StoredObject.objects.get().state == "deleting"


def test_deleting_the_video_ends_its_upload(api: APIClient) -> None:
    upload = create(api)
    api.delete(f"/api/v1/videos/{upload['video']}/")
    assert one(api, upload)["state"] == "canceled"
    purge.purge(video_of(upload))
    assert api.get(f"{URL}{upload['id']}/").status_code == 404


def test_a_finished_upload_is_not_canceled(api: APIClient, clip: Path) -> None:
    file = SimpleUploadedFile("a.mp4", clip.read_bytes(), "video/mp4")
    video = api.post("/api/v1/videos/", {"file": file}, format="multipart").json()
    answer = api.delete(f"{URL}{Upload.objects.get().pk}/")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_cancel")
    assert Video.objects.get(pk=video["id"]).status == "processing"


def test_the_state_follows_the_upload(api: APIClient) -> None:
    upload = create(api)
    row = Upload.objects.get()
    uploads.begin_receiving(row)
    uploads.extend(row.pk, received=5, expires_in=timedelta(hours=1))
    told = one(api, upload)
    assert (told["state"], told["offset"]) == ("receiving", 5)
    Upload.objects.update(size=5)
    assert one(api, upload)["state"] == "storing"
    Upload.objects.update(size=6, expires_at=timezone.now() - timedelta(seconds=1))
    told = one(api, upload)
    assert (told["state"], told["url"]) == ("expired", None)
    assert told["error"]["code"] == "upload_incomplete"
    assert closing.expire_uploads() == 1
    assert one(api, upload)["state"] == "expired"
    assert video_of(upload).status == "failed"


def test_what_failed_is_told_by_its_code(api: APIClient) -> None:
    upload = create(api)
    closing.close(Upload.objects.get(), code="storage_unavailable", message="It is away.")
    told = one(api, upload)
    assert (told["state"], told["error"]["code"]) == ("failed", "storage_unavailable")


def test_an_upload_given_up_while_it_was_stored_is_canceled(owner: User) -> None:
    upload = uploads.create(
        owner,
        VideoSettings(),
        protocol=Upload.Protocol.TUS,
        filename="a",
        expires_in=timedelta(hours=1),
    )
    closing.forget(upload)
    upload.refresh_from_db()
    assert upload.error_code == Upload.CANCELED


def test_a_processing_video_is_canceled_as_before(video: Video) -> None:
    processing.cancel(video)
    video.refresh_from_db()
    assert video.status == "canceled"
    assert Upload.objects.get().error_code == ""


def test_an_address_names_its_upload_and_no_other_can_be_made(api: APIClient) -> None:
    upload = Upload.objects.get(pk=create(api)["id"])
    path = delegated.path_of(upload.pk)
    assert delegated.upload_of(path) == upload.pk
    signer = Signer(salt="another salt")
    name = path.removeprefix("/u/").partition(":")[0]
    for forged in (path[:-1], path + "A", "/u/", "/u/:", f"/u/{name}", f"/u/{signer.sign(name)}"):
        with pytest.raises(delegated.BadAddress):
            delegated.upload_of(forged)
