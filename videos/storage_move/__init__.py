"""Copy all objects from the old place to the new one, verified by hash.

The two listings are walked side by side, so no list is kept in memory or in a file: an object that
is in the new place is done. A ``Walk`` records up to which key everything was verified. Objects
behind that key, left by a killed process, are read and compared again.
"""
