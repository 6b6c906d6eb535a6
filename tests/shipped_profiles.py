"""The profiles that tests find: those that are shipped, which make no picture but the poster.

The other kinds take longer than the encoding of a short clip, and few tests look at them.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.db.models.signals import post_migrate

from processing.models import EncodingProfile
from processing.steps.pictures import PICTURES

LEFT_OUT = sorted(set(PICTURES) - {"poster"})


@pytest.fixture(scope="session", autouse=True)
def _shipped_profiles() -> Iterator[None]:
    """A transactional test empties every table, also that which a migration filled."""
    shipping = import_module("processing.migrations.0007_shipped_profiles")

    def ship_again(**_: object) -> None:
        if not EncodingProfile.objects.exists():
            shipping.ship(apps, None)
        EncodingProfile.objects.update(left_out=LEFT_OUT)

    post_migrate.connect(ship_again, sender=apps.get_app_config("processing"))
    yield
    post_migrate.disconnect(ship_again, sender=apps.get_app_config("processing"))


@pytest.fixture
def every_picture(db: None) -> None:
    """The profiles leave no kind of picture out, as where Vodloom is installed."""
    EncodingProfile.objects.update(left_out=[])


@pytest.fixture(autouse=True)
def _before_any_video(request: pytest.FixtureRequest) -> None:
    """A video keeps the profile of the moment that it comes."""
    if "every_picture" in request.fixturenames:
        request.getfixturevalue("every_picture")
