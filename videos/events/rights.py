"""End at once what somebody follows and may not follow any more."""

from typing import Any
from uuid import UUID

from videos.events import announce


def changed(user_id: UUID | None) -> None:
    """Have all web processes check again what a user follows, or everybody if None. Call it after
    the commit of the change."""
    announce.rights(user_id)


def hear(user_id: UUID | None, **_: Any) -> None:
    """Receive ``accounts.signals.rights_changed``."""
    changed(user_id)
