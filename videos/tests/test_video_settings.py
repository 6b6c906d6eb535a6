"""The settings of a new video: what a request may say, how it is stored, and what is refused."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from videos.models import Folder, Video

pytestmark = pytest.mark.django_db
URL = "/api/v1/videos/"


def post(api: APIClient, path: Path, /, **fields: Any) -> Any:
    file = SimpleUploadedFile("a.mp4", path.read_bytes(), "video/mp4")
    return api.post(URL, {"file": file, **fields}, format="multipart")


def test_every_setting_is_stored_and_shown(api: APIClient, owner: User, clip: Path) -> None:
    folder = Folder.objects.create(owner=owner, name="Trips")
    until = timezone.now() + timedelta(days=3)
    answer = post(
        api,
        clip,
        title="A",
        folder=str(folder.pk),
        tags=json.dumps(["sea", "été"]),
        metadata=json.dumps({"order": 7, "nested": {"a": [1, None]}}),
        external_id="order-7",
        clip=json.dumps({"start": 0.5, "end": 1.5}),
        expires_at=until.isoformat(),
        original="drop",
    )
    assert answer.status_code == 201, answer.content
    shown = answer.json()
    assert shown["folder"] == str(folder.pk)
    assert shown["tags"] == ["sea", "été"]
    assert shown["metadata"] == {"order": 7, "nested": {"a": [1, None]}}
    assert (shown["external_id"], shown["original"]) == ("order-7", "drop")
    assert shown["clip"] == {"start": 0.5, "end": 1.5}
    assert Video.objects.get().expires_at == until


@pytest.mark.parametrize("tags", [["sea"], ["sea", "été", "[1]"]])
def test_a_form_may_give_each_tag_in_a_field_of_its_own(
    api: APIClient, owner: User, clip: Path, tags: list[str]
) -> None:
    answer = post(api, clip, tags=tags)
    assert (answer.status_code, answer.json().get("tags")) == (201, tags)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("tags", "", "tag"),
        ("tags", "sea,sand", "tag"),
        ("tags", ["sea", "sea"], "repeated"),
        ("tags", SimpleUploadedFile("tags", b"sea"), "invalid"),
        ("tags", "[1]", "invalid"),
        ("tags", '["sea"', "invalid"),
        ("tags", '["a", "a"]', "repeated"),
        ("tags", '[""]', "tag"),
        ("tags", json.dumps(["\u200b"]), "tag"),
        ("tags", json.dumps(["\u00e9", "e\u0301"]), "repeated"),
        ("metadata", '{"a": 1, "a": 2}', "invalid"),
        ("tags", json.dumps(["x" * 51]), "tag"),
        ("tags", json.dumps([str(n) for n in range(51)]), "too_many"),
        ("metadata", "[]", "invalid"),
        ("metadata", '{"a": NaN}', "invalid"),
        ("metadata", '{"a": "\\u0000"}', "invalid"),
        ("metadata", '{"a": "\\ud800"}', "invalid"),
        ("metadata", '{"a":' * 30 + "1" + "}" * 30, "invalid"),
        ("metadata", '{"a":' * 100_000, "invalid"),
        ("metadata", json.dumps({"a": "x" * 20_000}), "too_large"),
        ("clip", "5", "invalid"),
        ("clip", '{"from": 1}', "invalid"),
        ("clip", '{"start": -1}', "invalid"),
        ("clip", '{"start": true}', "invalid"),
        ("clip", '{"start": 2, "end": 2}', "empty"),
        ("expires_at", "2001-01-01T00:00:00Z", "past"),
        ("expires_at", "soon", "invalid"),
        ("original", "burn", "invalid_choice"),
        ("on_duplicate", "", "invalid_choice"),
        ("folder", "x", "invalid"),
    ],
)
def test_a_wrong_setting_is_named_and_nothing_is_kept(
    api: APIClient, clip: Path, field: str, value: str, code: str
) -> None:
    answer = post(api, clip, **{field: value})
    assert answer.status_code == 400
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [(field, code)]
    assert not Video.objects.exists()


def test_folders_and_profiles_must_be_there(api: APIClient, stranger: User, clip: Path) -> None:
    theirs = Folder.objects.create(owner=stranger, name="Theirs")
    answer = post(api, clip, folder=str(theirs.pk))
    assert (answer.status_code, answer.json()["code"]) == (400, "folder_unknown")
    answer = post(api, clip, profile="none-such")
    assert (answer.status_code, answer.json()["code"]) == (400, "profile_unknown")
    assert not Video.objects.exists()


def test_an_external_id_names_one_video(api: APIClient, clip: Path) -> None:
    first = post(api, clip, external_id="seven").json()["id"]
    answer = post(api, clip, external_id="seven")
    assert (answer.status_code, answer.json()["code"]) == (409, "external_id_taken")
    second = post(api, clip).json()["id"]
    answer = api.patch(f"{URL}{second}/", {"external_id": "seven"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "external_id_taken")
    assert api.delete(f"{URL}{first}/").status_code == 204
    answer = api.patch(f"{URL}{second}/", {"external_id": "seven"}, format="json")
    assert answer.json()["external_id"] == "seven"
    answer = api.post(f"{URL}{first}/restore/")
    assert (answer.status_code, answer.json()["code"]) == (409, "external_id_taken")


def test_settings_can_be_changed_and_strangers_do_not_see_them(
    api: APIClient, as_user: Callable[[User], APIClient], stranger: User, owner: User, clip: Path
) -> None:
    video = post(api, clip, visibility="public", metadata='{"a": 1}').json()["id"]
    folder = Folder.objects.create(owner=owner, name="Trips")
    changed = {"folder": str(folder.pk), "tags": ["b"], "metadata": {"c": 2}}
    answer = api.patch(f"{URL}{video}/", changed, format="json").json()
    assert {name: answer[name] for name in changed} == changed
    seen = as_user(stranger).get(f"{URL}{video}/").json()
    hidden = [seen[name] for name in ("folder", "metadata", "external_id", "original")]
    assert (hidden, seen["tags"]) == ([None] * 4, ["b"])
