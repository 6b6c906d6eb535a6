"""Sliding windows, which count what was done in the last seconds.

A window is counted in ten slices. What counts is the slice that is passing and the ten before it:
in any span as long as the window at most ``number`` are let in, and a place is free again at most a
tenth of the window late. What is refused is not counted, so that whoever goes on too fast is slowed
down, not shut out.

Redis counts for all processes, in one step. While it is away each process counts by itself.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, cast

from django.core.cache import cache

SLICES = 10
_MOST_LOCAL = 20_000


@dataclass(frozen=True)
class Window:
    """At most ``number`` in any ``seconds`` of what has this ``key``."""

    key: str
    number: int
    seconds: int

    @property
    def name(self) -> str:
        """The key in Redis and in the process; another length of the window counts anew."""
        return f"window:{self.key}:{self.seconds}"

    def slice_at(self, now: float) -> int:
        """Return the number of the slice that is passing."""
        return math.floor(now * SLICES / self.seconds)


@dataclass(frozen=True)
class Count:
    """How many were counted (``used``) before, whether there is no place for what was asked
    (``is_full``), and in how many ``seconds`` the next place is free."""

    used: int
    is_full: bool
    seconds: float


def take(
    windows: Sequence[Window], *, now: float, amount: int = 1, count: bool = True
) -> list[Count]:
    """Count an amount in all windows, or in none if one of them is full; ``count=False`` only
    looks. An amount larger than a window takes all of it."""
    found = _in_redis(windows, now, amount if count else 0, amount)
    if found is None:
        found = LOCAL.take(windows, now, amount if count else 0, amount)
    return [_counted(*one) for one in zip(windows, found, [now] * len(found), strict=True)]


def give_back(windows: Sequence[Window], *, now: float) -> None:
    """Take back what was counted in windows at a time."""
    take(windows, now=now, amount=-1)


def forget(window: Window) -> None:
    """Empty a window."""
    cache.delete(window.name)
    LOCAL.forget(window)


@dataclass(frozen=True)
class _Found:
    used: int
    is_full: bool
    free: int
    """The slice with which the next place becomes free, once it is behind the window."""


def _counted(window: Window, found: _Found, now: float) -> Count:
    ends = (found.free + SLICES + 1) * window.seconds / SLICES
    return Count(found.used, found.is_full, max(0.0, ends - now))


def tally(slices: Mapping[int, int], window: Window, now: float, wanted: int) -> _Found:
    """Return how full a window is, of which these slices are known. The script in Redis does the
    same."""
    oldest = window.slice_at(now) - SLICES
    alive = sorted((at, count) for at, count in slices.items() if at >= oldest)
    used = sum(count for _, count in alive)
    most = max(0, window.number - min(wanted, window.number))
    left, free = used, window.slice_at(now)
    for at, count in alive:
        free, left = at, left - count
        if left <= most:
            break
    return _Found(used, wanted > 0 and used > most, free)


class LocalWindows:
    """The windows that one process counts by itself; those that were not used for longest are
    forgotten first."""

    def __init__(self, most: int = _MOST_LOCAL) -> None:
        self._most = most
        self._known: OrderedDict[str, dict[int, int]] = OrderedDict()
        self._lock = Lock()

    def take(self, windows: Sequence[Window], now: float, add: int, wanted: int) -> list[_Found]:
        """Count like ``take``."""
        with self._lock:
            known = [self._slices(window, now) for window in windows]
            pairs = list(zip(windows, known, strict=True))
            found = [tally(slices, window, now, wanted) for window, slices in pairs]
            if add and not any(one.is_full for one in found):
                for window, slices in pairs:
                    at = window.slice_at(now)
                    slices[at] = max(0, slices.get(at, 0) + add)
            return found

    def forget(self, window: Window) -> None:
        """Empty a window."""
        with self._lock:
            self._known.pop(window.name, None)

    def _slices(self, window: Window, now: float) -> dict[int, int]:
        oldest = window.slice_at(now) - SLICES
        before = self._known.pop(window.name, {})
        alive = {at: count for at, count in before.items() if at >= oldest}
        self._known[window.name] = alive
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return alive


LOCAL = LocalWindows()

_SCRIPT = """
local add, wanted = tonumber(ARGV[1]), tonumber(ARGV[2])
local found, full = {}, false
for n, key in ipairs(KEYS) do
  local current, number = tonumber(ARGV[4 * n - 1]), tonumber(ARGV[4 * n])
  local slices, used = {}, 0
  local told = redis.call('HGETALL', key)
  for i = 1, #told, 2 do
    local at, count = tonumber(told[i]), tonumber(told[i + 1])
    if at >= current - tonumber(ARGV[4 * n + 1]) then
      slices[#slices + 1] = {at, count}
      used = used + count
    else
      redis.call('HDEL', key, told[i])
    end
  end
  table.sort(slices, function(one, other) return one[1] < other[1] end)
  local most = math.max(0, number - math.min(wanted, number))
  local left, free = used, current
  for _, slice in ipairs(slices) do
    free, left = slice[1], left - slice[2]
    if left <= most then break end
  end
  local is_full = wanted > 0 and used > most
  full = full or is_full
  found[n] = {used, is_full and 1 or 0, free}
end
if add ~= 0 and not full then
  for n, key in ipairs(KEYS) do
    if redis.call('HINCRBY', key, ARGV[4 * n - 1], add) < 0 then
      redis.call('HSET', key, ARGV[4 * n - 1], 0)
    end
    redis.call('PEXPIRE', key, ARGV[4 * n + 2])
  end
end
return found
"""


def _in_redis(windows: Sequence[Window], now: float, add: int, wanted: int) -> list[_Found] | None:
    args: list[int] = [add, wanted]
    for window in windows:
        lives = math.ceil(window.seconds * 1000 * (1 + 2 / SLICES))
        args += [window.slice_at(now), window.number, SLICES, lives]
    keys = [window.name for window in windows]
    answer = cast(Any, cache).run_script(_SCRIPT, keys, args)
    if answer is None:
        return None
    return [_Found(int(used), bool(full), int(free)) for used, full, free in answer]
