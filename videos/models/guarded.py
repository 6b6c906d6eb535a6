"""A model whose rows other processes change, so that an existing row must never be saved whole."""

from typing import Any

from django.db import models


class FullSaveRefused(Exception):
    """Raised when an existing row is saved without ``update_fields``.

    A stale instance would undo the changes that another process made in the meantime.
    """


class GuardedModel(models.Model):
    """Refuses a full save of an existing row."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save a new row, or the named fields of an existing one."""
        if not self._state.adding and kwargs.get("update_fields") is None:
            raise FullSaveRefused(f"{type(self).__name__}.save() needs update_fields")
        super().save(*args, **kwargs)
