"""The kinds of faults, each module one thing that is broken."""
