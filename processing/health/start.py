"""Warnings about the machine that a process logs at its start, for people who never run doctor."""

import threading

import structlog

from processing.health.checks import START
from processing.health.diagnosis import diagnose

logger = structlog.get_logger(__name__)


def warn_beside() -> None:
    """Run the start's checks in a thread, so that the start does not wait for them."""
    threading.Thread(target=warn, name="start-checks", daemon=True).start()


def warn() -> None:
    """Log a warning, with what to do, for each finding that leaves FFmpeg open to attack."""
    for finding in diagnose(START):
        if not finding.ok:
            logger.warning(
                "unsafe_media_tools", check=finding.name, found=finding.detail, do=finding.hint
            )
