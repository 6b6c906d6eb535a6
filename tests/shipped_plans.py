"""The plans that tests find: those that are shipped."""

from __future__ import annotations

import math
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.db.models.signals import post_migrate

from accounts import plans

KEPT_SECONDS = plans._KEPT_SECONDS


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
def _plans_of_one_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No plan of one test is known to the next, and no query reads them again by the clock."""
    monkeypatch.setattr(plans, "_KEPT_SECONDS", math.inf)
    plans.forget()
    yield
    plans.forget()
