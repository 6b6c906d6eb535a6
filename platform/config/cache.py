"""Django's Redis cache, which behaves like an empty cache while Redis is away.

It holds counters of attempts, and people must be able to log in during an outage.
"""

import time
from functools import cache, cached_property
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

logger = structlog.get_logger(__name__)

AWAY_SECONDS = 1.0
"""How long Redis is not asked again after it did not answer: each request that asked would wait."""


class ForgivingRedisCache(RedisCache):
    """A cache that reads nothing and forgets what is written while Redis does not answer."""

    @cached_property
    def _cache(self) -> RedisCacheClient:
        """The client, shared by all instances: Django makes a cache object for each request."""
        about: Any = self
        return _client(tuple(about._servers), tuple(sorted(about._options.items())))

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Add a key and return whether it was new; True while Redis does not answer."""
        return bool(self._or(True, super().add, *args, **kwargs))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Return the value, or the default."""
        return self._or(default, super().get, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        """Store a value if possible."""
        self._or(None, super().set, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Delete a value and return whether it existed."""
        return bool(self._or(False, super().delete, *args, **kwargs))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Increment a counter and return its value; return ``delta`` while Redis is away."""
        return int(self._or(delta, super().incr, key, delta, version))

    def _or(self, otherwise: Any, call: Any, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < _away.until:
            return otherwise
        try:
            return call(*args, **kwargs)
        except RedisError as error:
            _away.until = time.monotonic() + AWAY_SECONDS
            logger.warning("cache_away", reason=type(error).__name__)
            return otherwise


class _Away:
    until = 0.0


_away = _Away()


@cache
def _client(servers: tuple[str, ...], options: tuple[tuple[str, Any], ...]) -> RedisCacheClient:
    return RedisCacheClient(list(servers), **dict(options))
