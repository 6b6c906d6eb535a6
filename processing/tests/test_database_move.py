"""What an installation may be moved into."""

from __future__ import annotations

import pytest

from accounts.models import User
from processing.database_move import target
from processing.database_move.moving import moved_models
from processing.database_move.source import CannotMove


def test_a_database_that_was_only_migrated_counts_as_empty(db: None) -> None:
    target.require_empty(moved_models())


def test_one_that_somebody_uses_does_not(owner: User) -> None:
    with pytest.raises(CannotMove, match="accounts_user has rows"):
        target.require_empty(moved_models())
