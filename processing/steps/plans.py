"""The plan of a run, as read by its tasks."""

from processing.ffmpeg.media import Media
from processing.ffmpeg.planning.ladder import Profile
from processing.ffmpeg.planning.plan import EncodePlan, as_made, plan_of
from processing.steps.context import TaskContext


def of(context: TaskContext) -> EncodePlan:
    """Return the plan of the context's run.

    The previous version stored no plan, so for its runs it is made from the probed media.
    """
    if context.run.plan is not None:
        return EncodePlan.from_json(context.run.plan)
    return plan_of(_found(context), Profile.from_json(context.run.profile))


def media_of(context: TaskContext) -> Media:
    """Return the run's source without the parts that its profile and its clip do not use."""
    clip = EncodePlan.from_json(context.run.plan).clip if context.run.plan else None
    return as_made(_found(context), Profile.from_json(context.run.profile), clip)


def _found(context: TaskContext) -> Media:
    return Media.from_json(context.source.found or {})
