"""Redis and PostgreSQL, lost and come back."""

from __future__ import annotations

import signal
import time

from tests.chaos.chaos import Chaos


def kill_redis(chaos: Chaos) -> None:
    """Lose Redis for some seconds, and all it held."""
    if chaos.fleet.redis.process.is_running:
        chaos.note("SIGKILL redis")
        chaos.fleet.redis.kill()
        chaos.later(chaos.random.uniform(0.5, 4), chaos.fleet.redis.start)


def flush_redis(chaos: Chaos) -> None:
    """Lose all messages."""
    if chaos.fleet.redis.process.is_running:
        chaos.note("FLUSHALL")
        chaos.fleet.redis.flush()


def restart_postgres(chaos: Chaos) -> None:
    """Stop it as an upgrade of it does."""
    _restart_postgres(chaos, "fast", signal.SIGINT)


def crash_postgres(chaos: Chaos) -> None:
    """Stop it as a power cut does."""
    _restart_postgres(chaos, "immediate", signal.SIGQUIT)


def _restart_postgres(chaos: Chaos, mode: str, number: signal.Signals) -> None:
    away = chaos.random.uniform(0.5, 3)
    chaos.note(f"PostgreSQL stops ({mode}) for {away:.1f} s")
    chaos.fleet.postgres.process.stop(number)
    # Nothing else is dealt meanwhile: the log could not tell what a kill takes.
    time.sleep(away)
    chaos.fleet.postgres.start()
