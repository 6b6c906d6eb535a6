"""For the short form: leases run out sooner, so that crashes are noticed within the test."""

from tests.chaos.settings import *  # noqa: F403

TASK_LEASE_SECONDS = 10.0
RECONCILE_SECONDS = 1.0
