"""Whom the tests of accounts know, and that nobody has tried to log in before."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from accounts.models import User
from tests.log_ins import create_user


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> None:
    cache.clear()


@pytest.fixture
def ada(db: None) -> User:
    """Somebody whose address is confirmed."""
    return create_user("ada@example.com")
