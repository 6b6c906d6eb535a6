"""The plan of a run, as its tasks read it."""

from processing.ffmpeg.media import Media
from processing.ffmpeg.planning.ladder import Profile
from processing.ffmpeg.planning.plan import EncodePlan, as_made, plan_of
from processing.steps.context import TaskContext


def of(context: TaskContext) -> EncodePlan:
    """What the context's run makes; of one that the version before planned, and kept no plan of,
    by what was found."""
    if context.run.plan is not None:
        return EncodePlan.from_json(context.run.plan)
    return plan_of(_found(context), Profile.from_json(context.run.profile))


def media_of(context: TaskContext) -> Media:
    """The run's source, without what its profile makes nothing of."""
    return as_made(_found(context), Profile.from_json(context.run.profile))


def _found(context: TaskContext) -> Media:
    return Media.from_json(context.source.found or {})
