"""The product's own settings, except that a silent worker is given up sooner."""

from config.settings import *  # noqa: F403

TASK_LEASE_SECONDS = 5.0
RECONCILE_SECONDS = 1.0
