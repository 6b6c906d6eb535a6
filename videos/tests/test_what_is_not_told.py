"""What logs and answers keep to themselves."""

from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from accounts.models import User
from config import schema
from processing.health import ready as health
from processing.health import schema as tables
from videos.models import Source, Video
from videos.tests.test_api_videos import URL


def test_a_files_name_and_hash_and_the_owner_are_not_for_everybody(
    api: APIClient, video: Video, stranger: User, moderator: User, as_user: object, client: Client
) -> None:
    Video.objects.update(visibility=Video.Visibility.PUBLIC)
    path, name = f"{URL}{video.pk}/", Source.objects.get().filename
    for user in (stranger, moderator):
        told = as_user(user).get(path).json()  # type: ignore[operator]  # the fixture's function
        known = (told["owner"], told["source"]["filename"], told["source"]["sha256"])
        assert all(known) is user.is_staff
        assert any(known) is user.is_staff
        assert told["source"]["size"] > 0
    assert api.get(path).json()["source"]["filename"] == name
    assert name not in client.get(f"/watch/{video.pk}/").content.decode()
    client.force_login(video.owner)
    assert name in client.get(f"/watch/{video.pk}/").content.decode()


def test_the_schema_is_made_once(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    schema._document.cache_clear()
    schema._written.cache_clear()
    made: list[int] = []
    get_schema: Any = SchemaGenerator.get_schema

    def counted(self: SchemaGenerator, *args: object, **kwargs: object) -> object:
        made.append(1)
        return get_schema(self, *args, **kwargs)

    monkeypatch.setattr(SchemaGenerator, "get_schema", counted)
    answers = [client.get("/api/v1/schema/", {"version": n}).content for n in ("", "x", "y")]
    assert len(set(answers)) == 1
    assert client.get("/api/v1/schema/", headers={"Accept": "application/json"}).json()["paths"]
    assert len(made) == 1


def test_the_migrations_are_read_until_all_were_applied(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_migrated", False)
    assert health.database().ok
    monkeypatch.setattr(tables, "difference", None)
    assert health.database().ok
