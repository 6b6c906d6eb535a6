"""Django's Redis cache, beside which each process has a small one of its own for while Redis is
away.

The cache holds counters of attempts: people must be able to log in during an outage, and guesses
must still be counted.
"""

import hashlib
import time
from functools import cache, cached_property
from typing import Any

import structlog
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import NoScriptError, RedisError

logger = structlog.get_logger(__name__)

AWAY_SECONDS = 1.0
"""How long Redis is not asked again after it did not answer: each request that asked would wait."""
_MOST_BESIDE = 20_000


class ForgivingRedisCache(RedisCache):
    """A cache that is shared by all processes, or only by the threads of one while Redis does not
    answer."""

    @cached_property
    def _cache(self) -> RedisCacheClient:
        """The client, shared by all instances: Django makes a cache object for each request."""
        about: Any = self
        return _client(tuple(about._servers), tuple(sorted(about._options.items())))

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Add a key and return whether it was new."""
        return bool(self._or(_beside().add, super().add, *args, **kwargs))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Return the value, or the default."""
        return self._or(_beside().get, super().get, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        """Store a value."""
        self._or(_beside().set, super().set, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Delete a value and return whether it existed."""
        return bool(self._or(_beside().delete, super().delete, *args, **kwargs))

    def run_script(self, source: str, keys: list[str], args: list[Any]) -> Any:
        """Return what a Lua script answers; None while Redis is away."""

        def run() -> Any:
            client = self._cache.get_client(None, write=True)
            given = [len(keys), *(self.make_key(key) for key in keys), *args]
            try:
                return client.evalsha(_sha(source), *given)
            except NoScriptError:
                return client.eval(source, *given)

        return self._or(_nothing, run)

    def _or(self, otherwise: Any, call: Any, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < _away.until:
            return otherwise(*args, **kwargs)
        try:
            return call(*args, **kwargs)
        except RedisError as error:
            _away.until = time.monotonic() + AWAY_SECONDS
            logger.warning("cache_away", reason=type(error).__name__)
            return otherwise(*args, **kwargs)


class _Away:
    until = 0.0


_away = _Away()


def _nothing() -> None:
    return None


@cache
def _beside() -> LocMemCache:
    return LocMemCache("while-redis-is-away", {"OPTIONS": {"MAX_ENTRIES": _MOST_BESIDE}})


@cache
def _client(servers: tuple[str, ...], options: tuple[tuple[str, Any], ...]) -> RedisCacheClient:
    return RedisCacheClient(list(servers), **dict(options))


@cache
def _sha(source: str) -> str:
    return hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()
