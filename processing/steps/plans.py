"""The plan of a run, as read by its tasks."""

from processing.ffmpeg.media import Media
from processing.ffmpeg.planning.ladder import Profile
from processing.ffmpeg.planning.plan import EncodePlan, as_made, plan_of
from processing.models import Run
from processing.steps.context import TaskContext
from processing.steps.probed import Probed
from videos.models import Source


def of(context: TaskContext) -> EncodePlan:
    """Return the plan of the context's run.

    The previous version stored no plan, so for its runs it is made from the probed media.
    """
    return _plan(context.run, _found(context.source))


def media_of(context: TaskContext) -> Media:
    """Return the run's source without the parts that its profile and its clip do not use."""
    return _used(context.run, _found(context.source))


def probed(run: Run, source: Source) -> Probed:
    """Return what the probe of a finished run found, without spans, as if nothing were left out:
    from which the tasks of its pictures follow."""
    found = _found(source)
    return Probed(_used(run, found), _plan(run, found), spans=())


def _plan(run: Run, found: Media) -> EncodePlan:
    if run.plan is not None:
        return EncodePlan.from_json(run.plan)
    return plan_of(found, Profile.from_json(run.profile))


def _used(run: Run, found: Media) -> Media:
    clip = EncodePlan.from_json(run.plan).clip if run.plan else None
    return as_made(found, Profile.from_json(run.profile), clip)


def _found(source: Source) -> Media:
    return Media.from_json(source.found or {})
