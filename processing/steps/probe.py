"""Inspect the source, and plan what is made of it and how it is cut."""

from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings

from processing.ffmpeg import media_before
from processing.ffmpeg.clip import Clip
from processing.ffmpeg.encoding import outputs, pixels
from processing.ffmpeg.errors import ProbeFailed, ToolMissing
from processing.ffmpeg.media import Media
from processing.ffmpeg.notices import SOURCE_BROKEN_OFF, SOURCE_INCOMPLETE
from processing.ffmpeg.planning import weight
from processing.ffmpeg.planning.ladder import Profile
from processing.ffmpeg.planning.plan import EncodePlan, as_made, plan_encode
from processing.ffmpeg.probing import probe, probe_errors, timeline
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.models import Run
from processing.steps import hashing, late_hash, sources, tools, transcript
from processing.steps.context import Outcome, TaskContext
from processing.steps.fetch import Arrived
from processing.steps.probed import Probed
from processing.steps.step import Step, TaskSpec
from processing.workers.machine import this_machine
from videos import quotas
from videos.models import Release, Source, Upload, Video

# No ordinary decoder understands the frames of this profile; profiles from 7 on hold ordinary ones.
_DOLBY_ALONE = 5


def run(context: TaskContext) -> Outcome:
    """Probe the source; store the result with the source, and the plan with the run."""
    if settled := late_hash.settle(context, context.source.sha256):
        return settled
    source = sources.local(context)
    sha256 = hashing.beside(context, source)
    profile = Profile.from_json(context.run.profile)
    limits = _limits(context.run)
    tools.let_go_of_database()
    ffmpeg, should_stop = context.ffmpeg, context.should_stop
    media = probe.probe(
        source, ffmpeg=ffmpeg, limits=limits, should_stop=should_stop, folder=context.folder
    )
    line = timeline.read(
        source, media, ffmpeg=ffmpeg, should_stop=should_stop, folder=context.folder
    )
    measured = with_timeline(media, line)
    probe_errors.require_within(measured, limits)
    if line is not None:
        probe_errors.require_all_there(media, line, source)
        media = measured
    _require_something(as_made(media, profile), ffmpeg)
    clip = _wanted_clip(context.run)
    plan, spans = plan_encode(media, line, profile, whole=context.run.whole, clip=clip)
    made_of = as_made(media, profile, plan.clip)
    if not profile.takes_incomplete:
        _require_complete(plan)
    outputs.require(plan.codecs, ffmpeg.has_encoder)
    # The machine of the encodes is not known yet, so this machine's threads are assumed.
    threads = this_machine().cores
    probed = Probed(
        made_of,
        plan,
        spans,
        downloads=bool(profile.downloads),
        left_out=(*profile.left_out, *transcript.left_out(plan.seconds)),
        memory=weight.memory_bytes(made_of, plan.rungs, threads, preset=profile.preset),
    )
    log = "\n".join(notice.message for notice in plan.notices)
    hashed = sha256()
    if settled := late_hash.settle(context, hashed):
        return settled
    return Outcome(
        record=lambda: _record(context, media, plan, hashed),
        result=probed,
        log=log,
        gigapixels=probe_errors.pixels_of(made_of) / 10**9 * _share(plan, made_of),
    )


def _limits(run: Run) -> probe.ProbeLimits:
    """Return the limits of this site. In the first job of a video the source may also last no
    longer than its upload was allowed; processing it again is a decision of the owner alone."""
    limits = probe.ProbeLimits(max_decoded_pixels=settings.MAX_GIGAPIXELS * 10**9)
    if run.kind != Run.Kind.FIRST:
        return limits
    of_upload = Upload.objects.filter(video=run.video_id).values_list("limits", flat=True).first()
    allowed = (of_upload or {}).get("max_duration") or limits.max_duration
    return replace(limits, max_duration=min(limits.max_duration, float(allowed)))


def _wanted_clip(run: Run) -> Clip | None:
    """Return the part of the source that the run's video is to be."""
    fields = Video.objects.values_list("clip_start", "clip_end")
    start, end = fields.get(pk=run.video_id)
    return None if start is None and end is None else Clip(start or 0.0, end)


def _share(plan: EncodePlan, media: Media) -> float:
    """Return how much of a source its clip is."""
    if plan.clip is None or not media.duration:
        return 1.0
    return min(1.0, plan.seconds / media.duration)


def _require_something(media: Media, ffmpeg: FFmpeg) -> None:
    """Raise if no video can be made of the source."""
    if media.video is None and not media.audio:
        raise ProbeFailed(
            "The file has no audio, and the profile makes nothing else.", code="source_unsupported"
        )
    require_colours(media, ffmpeg)


def _require_complete(plan: EncodePlan) -> None:
    """Raise if the source is shorter than its headers say."""
    for notice in plan.notices:
        if notice.code in (SOURCE_INCOMPLETE.code, SOURCE_BROKEN_OFF.code):
            message = f"{notice.message} Upload the complete file."
            raise ProbeFailed(message, code="source_incomplete")


def require_colours(media: Media, ffmpeg: FFmpeg) -> None:
    """Raise if the source's colours could not be converted correctly."""
    if media.video is None:
        return
    if media.video.dolby_vision == _DOLBY_ALONE:
        raise ProbeFailed(
            "Dolby Vision profile 5 has no fallback for other screens and is not supported.",
            code="source_unsupported",
        )
    if pixels.needs_zscale(media.video) and not ffmpeg.has_filter("zscale"):
        raise ToolMissing(
            "This installation's FFmpeg cannot convert these colours, because it lacks zscale.",
            code="ffmpeg_incapable",
        )


def _record(context: TaskContext, media: Media, plan: EncodePlan, sha256: str) -> None:
    kind = Video.MediaType.VIDEO if media.video else Video.MediaType.AUDIO
    upload = Upload.objects.filter(video=context.run.video_id).only("limits").first()
    quotas.take_length(context.source, media.duration, counts=quotas.counts(upload))
    Source.objects.filter(pk=context.source.pk).update(
        facts=media.to_json(), media=media_before.as_before(media), sha256=sha256
    )
    Run.objects.filter(pk=context.run.pk).update(plan=plan.to_json())
    told = [notice.to_json() for notice in plan.notices]
    Release.objects.filter(pk=context.run.pk).update(notices=told)
    Video.objects.filter(pk=context.run.video_id).update(media_type=kind)


def follow(result: object) -> Sequence[TaskSpec]:
    """Return the probe of a source that has just arrived."""
    return [TaskSpec("probe")] if isinstance(result, Arrived) else []


STEP = Step(
    kind="probe",
    queue="media",
    stage="inspecting",
    label="Looking at the file",
    share=2.0,
    run=run,
    follow=follow,
    stores=False,
    version=3,  # raised when this step began to make clips
)
