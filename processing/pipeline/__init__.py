"""Plan runs, claim tasks, keep their leases, finish or fail them, and reconcile.

The database rows hold all state; a Dramatiq message only wakes the workers of a queue.
"""
