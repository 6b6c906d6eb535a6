"""What people do to videos is in the audit log, once each; what happens by itself is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import actor, api_keys
from accounts.actor import Actor, acting
from accounts.models import AuditEntry, User
from videos import folders, trash
from videos.api.asgi import Asked
from videos.api.tus import app as tus
from videos.ingest import uploads
from videos.ingest.settings import VideoSettings
from videos.models import Upload, Video
from videos.tests.kept import keep_video


@pytest.fixture
def film(owner: User) -> Video:
    video = keep_video(owner, chunks=1)
    Video.objects.filter(pk=video.pk).update(title="A film")
    return Video.objects.get(pk=video.pk)


def _told() -> list[tuple[str, str, str]]:
    rows = AuditEntry.objects.exclude(action__startswith="user.").order_by("id")
    return list(rows.values_list("action", "actor_email", "via"))


def test_each_change_of_a_video_by_the_api_is_told_with_who_and_how(
    film: Video, owner: User
) -> None:
    key, secret = api_keys.issue(owner, name="ci")
    AuditEntry._base_manager.all().delete()
    api = APIClient(REMOTE_ADDR="203.0.113.9")
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    page = f"/api/v1/videos/{film.pk}/"
    api.patch(page, {"title": "Another"}, format="json")
    api.patch(page, {"visibility": "public"}, format="json")
    api.patch(page, {"visibility": "public"}, format="json")
    api.get(f"{page}original/")
    api.delete(page)
    api.post(f"{page}restore/")
    api.delete(f"{page}?purge=true")
    actions = ("updated", "visibility_changed", "original_downloaded", "deleted", "restored")
    expected = [(f"video.{name}", owner.email, "key") for name in (*actions, "purged")]
    assert _told() == expected
    first = AuditEntry.objects.get(action="video.updated")
    assert first.details == {"changed": {"title": ["A film", "Another"]}}
    assert (first.key_hint, first.address) == (key.hint, "203.0.113.9")


def test_an_act_of_staff_is_told_once_with_its_reason(film: Video, moderator: User) -> None:
    desk = Client()
    desk.force_login(moderator)
    form = {"action": "trash", "_selected_action": [str(film.pk)], "confirmed": "yes"}
    desk.post("/admin/videos/video/", {**form, "reason": "It was asked for."})
    assert _told() == [("video.deleted", moderator.email, "session")]
    assert AuditEntry.objects.get(action="video.deleted").details == {"reason": "It was asked for."}


def test_a_form_of_the_admin_is_told_once(film: Video, moderator: User) -> None:
    desk = Client()
    desk.force_login(moderator)
    form = {"title": "Anew", "description": "", "visibility": "private"}
    desk.post(f"/admin/videos/video/{film.pk}/change/", form)
    assert _told() == [("video.updated", moderator.email, "session")]


def test_what_expires_is_not_told(film: Video) -> None:
    Video.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert trash.expire() == 1
    assert _told() == []


def test_a_profile_is_told_with_what_was_changed(moderator: User) -> None:
    desk = Client()
    desk.force_login(moderator)
    rungs = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0"}
    tables = {f"{name}-{k}": v for name in ("rungs", "alternate_rungs") for k, v in rungs.items()}
    form = {"name": "mine", "codec": "h264", "preset": "fast", "audio_kbps": "96", **tables}
    desk.post("/admin/processing/encodingprofile/add/", form)
    entry = AuditEntry.objects.get(action="encoding_profile.created")
    assert entry.details["fields"]["audio_kbps"] == 96
    desk.post(
        f"/admin/processing/encodingprofile/{entry.target_id}/change/",
        {**form, "audio_kbps": "128"},
    )
    changed = AuditEntry.objects.get(action="encoding_profile.changed")
    assert changed.details["changed"] == {"audio_kbps": [96, 128]}


def test_a_password_that_staff_set_is_told_and_not_written_down(
    owner: User, moderator: User
) -> None:
    desk = Client()
    desk.force_login(moderator)
    form = {"password1": "open sesame 17", "password2": "open sesame 17"}
    desk.post(f"/admin/accounts/user/{owner.pk}/password/", {**form, "usable_password": "true"})
    entry = AuditEntry.objects.get(action="user.password_changed")
    assert entry.target_id == str(owner.pk)
    assert "sesame" not in str(AuditEntry.objects.values())


def test_a_user_who_is_deactivated_and_deleted_is_told(owner: User, moderator: User) -> None:
    desk = Client()
    desk.force_login(moderator)
    page = f"/admin/accounts/user/{owner.pk}/"
    desk.post(f"{page}change/", {"email": owner.email, "plan": owner.plan, "can_upload": "on"})
    desk.post(f"{page}delete/", {"post": "yes"})
    rows = AuditEntry.objects.filter(target_id=str(owner.pk)).order_by("id")
    assert list(rows.values_list("action", flat=True)) == ["user.deactivated", "user.deleted"]
    assert rows[0].details["changed"]["is_active"] == [True, False]


def test_users_whom_commands_make_are_told(db: None) -> None:
    with acting(Actor(via=actor.COMMAND)):
        call_command("create_demo_user")
    entry = AuditEntry.objects.get(action="user.created")
    assert (entry.via, entry.details["is_superuser"]) == ("command", True)


def test_an_upload_deleted_by_tus_is_told_as_its_owners(owner: User) -> None:
    key, secret = api_keys.issue(owner, name="ci")
    upload = uploads.create(
        owner,
        VideoSettings(),
        protocol=Upload.Protocol.TUS,
        filename="a.mp4",
        size=5,
        expires_in=timedelta(hours=1),
    )
    asked = Asked(
        {  # type: ignore[typeddict-item]  # what is read of it
            "type": "http",
            "method": "DELETE",
            "path": f"/api/v1/tus/{upload.pk}",
            "headers": [(b"authorization", f"Bearer {secret}".encode())],
            "client": ("203.0.113.9", 1),
        },
        cast(Any, None),
    )
    tus._deleted(asked, upload)
    entry = AuditEntry.objects.get(action="video.canceled")
    assert (entry.actor, entry.key_hint, entry.address) == (owner, key.hint, "203.0.113.9")


def test_moves_of_folders_are_told_by_ids_alone(owner: User) -> None:
    """The names of folders are for their owner alone."""
    page, key = Client(), APIClient()
    page.force_login(owner)
    key.credentials(HTTP_AUTHORIZATION=f"Bearer {api_keys.issue(owner, name='ci')[1]}")
    AuditEntry._base_manager.all().delete()
    trips, year = (folders.create(owner, name, None) for name in ("Trips", "Secret year"))
    path = f"/api/v1/folders/{year.pk}/"
    page.patch(path, {"parent": str(trips.pk)}, "application/json")
    page.patch(path, {"parent": str(trips.pk)}, "application/json")
    key.patch(path, {"name": "Hidden", "parent": None}, format="json")
    key.delete(f"{path}?move_to={trips.pk}")
    page.delete(f"/api/v1/folders/{trips.pk}/")
    acts = ("folder.updated", "folder.updated", "folder.deleted", "folder.deleted")
    how = ("session", "key", "key", "session")
    assert _told() == [(act, owner.email, via) for act, via in zip(acts, how, strict=True)]
    rows = AuditEntry.objects.filter(target_kind="folder").order_by("id")
    assert [row.target_id for row in rows] == [str(pk) for pk in (year.pk,) * 3 + (trips.pk,)]
    assert [row.details for row in rows] == [
        {"changed": {"parent_id": [None, str(trips.pk)]}},
        {"changed": {"name": ["…", "…"], "parent_id": [str(trips.pk), None]}},
        {"moved_to": str(trips.pk)},
        {},
    ]
    told = str(list(AuditEntry.objects.values()))
    assert not any(name in told for name in ("Trips", "Secret", "Hidden"))


def test_videos_that_are_moved_together_are_told_each(film: Video, owner: User) -> None:
    other = keep_video(owner, chunks=1)
    trips = folders.create(owner, "Trips", None)
    page = Client()
    page.force_login(owner)
    AuditEntry._base_manager.all().delete()
    for where in (trips.pk, trips.pk, None):
        form = {"videos": [str(film.pk), str(other.pk)], "folder": where and str(where)}
        answer = page.post("/api/v1/videos/move/", form, "application/json")
        assert all(one["moved"] for one in answer.json()["results"])
    assert _told() == [("video.updated", owner.email, "session")] * 4
    rows = AuditEntry.objects.filter(target_id=str(film.pk)).order_by("id")
    assert [row.details["changed"]["folder_id"] for row in rows] == [
        [None, str(trips.pk)],
        [str(trips.pk), None],
    ]
