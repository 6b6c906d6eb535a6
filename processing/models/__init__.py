"""The rows of processing: runs, their tasks, and the workers that do them."""

from processing.models.runs import Run, Task, Worker

__all__ = ["Run", "Task", "Worker"]
