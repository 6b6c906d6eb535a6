"""The models of processing: runs, tasks, workers, reconcilers, profiles and budgets."""

from processing.models.budgets import OwnerLoad
from processing.models.duties import DutyRun, Reconciler
from processing.models.profiles import AlternateRung, EncodingProfile, EncodingRung
from processing.models.runs import Run, Task, Worker

__all__ = [
    "AlternateRung",
    "DutyRun",
    "EncodingProfile",
    "EncodingRung",
    "OwnerLoad",
    "Reconciler",
    "Run",
    "Task",
    "Worker",
]
