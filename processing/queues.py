"""The queue names in the rows of tasks.

A wake-up goes to a queue of Dramatiq. Its tasks' rows name a queue made of the same name and the
current generation. Workers of the first generation claimed every task in their queue, even those
they could not do. So a version of the program whose tasks the previous version must not touch
begins another generation.
"""

GENERATION = 3


def rows_of(queue: str) -> str:
    """Return the queue name in the rows of tasks that a worker of ``queue`` claims."""
    return f"{queue}.{GENERATION}"


def older_rows_of(queue: str) -> list[str]:
    """Return the queue names of the earlier generations, the newest first."""
    return [queue if g == 1 else f"{queue}.{g}" for g in range(GENERATION - 1, 0, -1)]


def woken_for(rows: str) -> str:
    """Return the queue whose workers claim these rows: the inverse of ``rows_of``."""
    return rows.partition(".")[0]
