"""A release as it is stored, made once."""

from __future__ import annotations

import pytest

from processing.packaging.tests import stored as small
from processing.packaging.tests.stored import Stored


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    """Two rungs and two languages in three chunks each; nobody may change it."""
    return small.make(tmp_path_factory.mktemp("stored"))
