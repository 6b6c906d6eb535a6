"""Faults of Redis and PostgreSQL, which are lost and come back."""

from __future__ import annotations

import signal
import time

from tests.chaos.chaos import Chaos


def kill_redis(chaos: Chaos) -> None:
    """Lose Redis for some seconds, with all its data."""
    if chaos.fleet.redis.process.is_running:
        chaos.note("SIGKILL redis")
        chaos.fleet.redis.kill()
        chaos.later(chaos.random.uniform(0.5, 4), chaos.fleet.redis.start)


def flush_redis(chaos: Chaos) -> None:
    """Lose all messages in Redis."""
    if chaos.fleet.redis.process.is_running:
        chaos.note("FLUSHALL")
        chaos.fleet.redis.flush()


def restart_postgres(chaos: Chaos) -> None:
    """Stop PostgreSQL as an upgrade does, and start it again."""
    _restart_postgres(chaos, "fast", signal.SIGINT)


def crash_postgres(chaos: Chaos) -> None:
    """Stop PostgreSQL as a power cut does, and start it again."""
    _restart_postgres(chaos, "immediate", signal.SIGQUIT)


def _restart_postgres(chaos: Chaos, mode: str, number: signal.Signals) -> None:
    away = chaos.random.uniform(0.5, 3)
    chaos.note(f"PostgreSQL stops ({mode}) for {away:.1f} s")
    chaos.fleet.postgres.process.stop(number)
    # No other fault is dealt meanwhile: the log could not name the attempts that a kill takes.
    time.sleep(away)
    chaos.fleet.postgres.start()
