"""Plan runs, claim tasks, keep their leases, finish or fail them, and reconcile.

Truth is in the rows; a Dramatiq message only wakes the workers of a queue.
"""
