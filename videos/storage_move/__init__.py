"""Copy what lies in the place that is moved from into the new one, verified by hash.

The two listings are walked side by side, so nothing is kept in memory or in a file of its own: what
is in the new place is done. How far it was also verified stands in a ``Walk``; whatever lies behind
that, left by a process that was killed, is read and compared again.
"""
