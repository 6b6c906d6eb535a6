"""The rows of processing: runs, their tasks, the workers that do them, and encoding profiles."""

from processing.models.profiles import EncodingProfile, EncodingRung
from processing.models.runs import Run, Task, Worker

__all__ = ["EncodingProfile", "EncodingRung", "Run", "Task", "Worker"]
