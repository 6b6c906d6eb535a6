"""Django's Redis cache, except that it is merely empty while Redis is away.

What is kept here are counters of attempts: people must be able to log in during an outage.
"""

import time
from functools import cache, cached_property
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

logger = structlog.get_logger(__name__)

AWAY_SECONDS = 1.0
"""Who did not answer is not asked again so long: each request that asked would wait for it."""


class ForgivingRedisCache(RedisCache):
    """Reads nothing and forgets what is written while Redis does not answer."""

    @cached_property
    def _cache(self) -> RedisCacheClient:
        """Django makes a cache for each request: they share their connections."""
        about: Any = self
        return _client(tuple(about._servers), tuple(sorted(about._options.items())))

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Whether the key is ours now: yes, when nobody can say otherwise."""
        return bool(self._or(True, super().add, *args, **kwargs))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value, or the default."""
        return self._or(default, super().get, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        """Keep a value if possible."""
        self._or(None, super().set, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Whether a value was deleted."""
        return bool(self._or(False, super().delete, *args, **kwargs))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """The counted value; the step alone when nothing was counted."""
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
