"""The code of the last release can write into today's tables, as it does in a rolling upgrade.

When a release is made, `LAST_RELEASE` moves to its newest migrations: expand in one release
(columns with `db_default`, nothing renamed or dropped), contract in the next.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import StateApps
from django.utils import timezone

LAST_RELEASE = [
    ("accounts", "0002_user_plan"),
    ("processing", "0008_profile_copies"),
    ("videos", "0008_rendition_iframes"),
]
OURS = {app for app, _ in LAST_RELEASE}

# Unique where a column may ask for that; of other kinds a 1 will do.
VALUES: dict[type[models.Field[Any, Any]], Callable[[], object]] = {
    models.EmailField: lambda: f"{uuid.uuid4().hex}@example.com",
    models.CharField: lambda: uuid.uuid4().hex,
    models.TextField: lambda: uuid.uuid4().hex,
    models.DateTimeField: timezone.now,
    models.UUIDField: uuid.uuid4,
}


def last_apps() -> StateApps:
    """The models as they were when the last release was made."""
    return MigrationLoader(None).project_state(LAST_RELEASE).apps


def labels() -> list[str]:
    found = last_apps().get_models()
    return sorted(m._meta.label for m in found if m._meta.app_label in OURS and m._meta.managed)


def insert(apps: StateApps, label: str) -> models.Model:
    """One row, by the statement the last release's code would send."""
    model = apps.get_model(label)
    values = {f.name: value(apps, f) for f in model._meta.concrete_fields if is_asked_for(f)}
    row: models.Model = model(**values)
    row.save(force_insert=True)
    return row


def is_asked_for(field: models.Field[Any, Any]) -> bool:
    automatic = isinstance(field, models.AutoField) or getattr(field, "auto_now_add", False)
    return not (automatic or field.null or field.has_default())


def value(apps: StateApps, field: models.Field[Any, Any]) -> Any:
    if isinstance(field, models.ForeignKey):
        related = field.related_model
        assert not isinstance(related, str)
        return insert(apps, related._meta.label)
    if field.choices:
        return next(iter(field.flatchoices))[0]
    made = next((make for kind, make in VALUES.items() if isinstance(field, kind)), lambda: 1)
    found = made()
    return found[: field.max_length] if isinstance(found, str) else found


@pytest.mark.django_db
@pytest.mark.parametrize("label", labels())
def test_the_last_releases_code_can_still_insert(label: str) -> None:
    assert insert(last_apps(), label).pk is not None


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite refuses such a column itself")
def test_a_new_column_that_old_code_does_not_know_of_is_noticed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE videos_upload ADD COLUMN new integer NOT NULL")
    with pytest.raises(IntegrityError, match="new"):
        insert(last_apps(), "videos.Upload")
