"""The plans that tests find: those that are shipped."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.db.models.signals import post_migrate

from accounts import plans


@pytest.fixture(scope="session", autouse=True)
def _shipped_plans() -> Iterator[None]:
    """A transactional test empties every table, also that which a migration filled."""
    shipping = import_module("accounts.migrations.0010_shipped_plans")

    def ship_again(**_: object) -> None:
        shipping.ship(apps, None)

    post_migrate.connect(ship_again, sender=apps.get_app_config("accounts"))
    yield
    post_migrate.disconnect(ship_again, sender=apps.get_app_config("accounts"))


@pytest.fixture(autouse=True)
def _no_plans_kept() -> Iterator[None]:
    """No plan of one test is known to the next."""
    plans.forget()
    yield
    plans.forget()
