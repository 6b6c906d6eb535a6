"""Settings of the short form: leases expire sooner, so that crashes are noticed in the test."""

from tests.chaos.settings import *  # noqa: F403

TASK_LEASE_SECONDS = 10.0
RECONCILE_SECONDS = 1.0
