"""The database backend that Django loads by the name of this package."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base

from config.postgresql.pool import Pool

# The type stubs are for a Django version without pools.
_Wrapper: Any = base.DatabaseWrapper


class DatabaseWrapper(_Wrapper):  # type: ignore[misc]  # see above
    """Takes its connections from ``Pool``; a connection that met an error is not used again."""

    @property
    def pool(self) -> Any:
        """The pool of this process, or None if no pool is configured."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        pools = self._connection_pools
        if self.alias not in pools:
            # If another thread makes a pool at the same time, one is discarded; it is not open yet.
            pool = Pool(
                kwargs={**self.get_connection_params(), "autocommit": True},
                configure=self._configure_connection,
                **options,
            )
            pools.setdefault(self.alias, pool)
        return pools[self.alias]

    def is_usable(self) -> bool:
        """Whether the connection can be used again. After an error it cannot: the server may no
        longer accept writes."""
        return not (self.pool and self.errors_occurred) and bool(super().is_usable())

    def _close(self) -> None:
        if self.connection is not None and self.pool and self.errors_occurred:
            self.connection.close()
        super()._close()
