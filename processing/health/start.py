"""What a process says about its machine when it starts, for those who never ask the doctor."""

import threading

import structlog

from processing.health.checks import START
from processing.health.diagnosis import diagnose

logger = structlog.get_logger(__name__)


def warn_beside() -> None:
    """Look beside the start, which does not wait for it."""
    threading.Thread(target=warn, name="start-checks", daemon=True).start()


def warn() -> None:
    """A line at WARNING, with what to do, for each thing that leaves FFmpeg open to attack."""
    for finding in diagnose(START):
        if not finding.ok:
            logger.warning(
                "unsafe_media_tools", check=finding.name, found=finding.detail, do=finding.hint
            )
