"""Which checks there are, and how they are run. A further check is a function and a line here."""

from collections.abc import Callable, Iterable

from processing.health import servers, tools
from processing.health.finding import Finding

Check = Callable[[], Finding]

READY: tuple[Check, ...] = (servers.database, servers.redis, servers.storage, servers.disk)
START: tuple[Check, ...] = (tools.ffmpeg_fixes, tools.sandbox)
DOCTOR: tuple[Check, ...] = (
    tools.python,
    tools.machine,
    tools.ffmpeg,
    tools.other_codecs,
    tools.ffmpeg_fixes,
    tools.sandbox,
    servers.database,
    servers.redis,
    servers.storage_round_trip,
    servers.storage_owner,
    servers.static_files,
    servers.disk,
    servers.workers,
    servers.reconciler,
    servers.budgets,
)


def diagnose(checks: Iterable[Check]) -> list[Finding]:
    """Run checks; one that raises is a finding too, so that the others are still heard."""
    return [_run(check) for check in checks]


def _run(check: Check) -> Finding:
    try:
        return check()
    except Exception as error:  # whatever it is, the person who asks wants a diagnosis
        name = check.__name__.replace("_", " ").capitalize()
        return Finding(
            name,
            False,
            f"the check failed: {type(error).__name__}",
            "Something it needs is set up wrong, or this is a fault of ours: please report it.",
        )
