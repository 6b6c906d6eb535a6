"""The queues of tasks' rows.

A wake-up goes to a queue of Dramatiq's; the rows it is about lie in a queue of the same name and
this generation. Workers of the first generation took whatever lay in their queue, also what they
could not do, so a release whose tasks the one before must not touch begins another generation.
"""

GENERATION = 3


def rows_of(queue: str) -> str:
    """The queue in whose name the tasks lie that a worker of ``queue`` claims."""
    return f"{queue}.{GENERATION}"


def older_rows_of(queue: str) -> list[str]:
    """The queues of the generations before, the newest first."""
    return [queue if g == 1 else f"{queue}.{g}" for g in range(GENERATION - 1, 0, -1)]


def woken_for(rows: str) -> str:
    """The queue whose workers claim from these rows: the inverse of ``rows_of``."""
    return rows.partition(".")[0]
