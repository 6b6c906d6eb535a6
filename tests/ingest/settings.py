"""The product's own settings, except that the death of a worker is noticed within the test."""

from config.settings import *  # noqa: F403

TASK_LEASE_SECONDS = 8.0
RECONCILE_SECONDS = 0.5
