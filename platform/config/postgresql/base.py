"""The backend Django loads by the name of this package."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base

from config.postgresql.pool import Pool

# The stubs are of a Django that has no pools.
_Wrapper: Any = base.DatabaseWrapper


class DatabaseWrapper(_Wrapper):  # type: ignore[misc]  # see above
    """Takes its connections from our pool; one that met an error is not used again."""

    @property
    def pool(self) -> Any:
        """The pool of this process, or None where there is to be none."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        pools = self._connection_pools
        if self.alias not in pools:
            # One that another thread makes at the same time is not open yet, and forgotten.
            pool = Pool(
                kwargs={**self.get_connection_params(), "autocommit": True},
                configure=self._configure_connection,
                **options,
            )
            pools.setdefault(self.alias, pool)
        return pools[self.alias]

    def is_usable(self) -> bool:
        """Not after an error: it may be that of a server that takes no writes any more."""
        return not (self.pool and self.errors_occurred) and bool(super().is_usable())

    def _close(self) -> None:
        if self.connection is not None and self.pool and self.errors_occurred:
            self.connection.close()
        super()._close()
