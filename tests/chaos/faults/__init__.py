"""The kinds of faults, with one module for each part that is broken."""
