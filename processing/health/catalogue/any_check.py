"""The faults that any check can end with."""

from processing.health.finding import Kind

FAILED = Kind(
    "check_failed",
    "The check itself failed: {error}.",
    "Something it needs is set up wrong, or this is a bug in Vodloom: please report it.",
)
TIMED_OUT = Kind(
    "check_timed_out",
    "No answer came within {seconds} seconds.",
    "Look whether what it asks hangs, or the network to it drops what is sent.",
)
NOT_LOOKED_AT = Kind(
    "not_looked_at",
    "This was not checked, because the database cannot be used.",
    "Repair the database first.",
    lesser=True,
)
