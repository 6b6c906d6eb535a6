"""Decode a whole source again and compare its release with it: how many frames and seconds of audio
were decoded, whether every rendition shows its frames and has its audio, and whether the notices
say what is missing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from processing.audit import files
from processing.ffmpeg import counted
from processing.ffmpeg.counted import Counted
from processing.ffmpeg.encoding import commands, samples
from processing.ffmpeg.encoding.order import EncodeOrder
from processing.ffmpeg.errors import MediaError, ProcessFailed
from processing.ffmpeg.media import Media
from processing.ffmpeg.planning.ladder import Profile
from processing.ffmpeg.planning.plan import EncodePlan, as_made
from processing.ffmpeg.planning.span_plan import WHOLE
from processing.ffmpeg.planning.tracks import AudioTrack
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.models import Run
from processing.packaging.checker import Violation
from processing.packaging.kinds import Kind
from processing.packaging.likeness import check_audio, check_frames
from processing.packaging.plan_checks import allowed_frames
from processing.packaging.release import StoredRendition
from processing.steps import completeness, tools
from processing.steps.completeness import EncodedSpan
from processing.workers.machine import this_machine
from videos.models import Release
from videos.storage import ObjectMissing, originals, outputs

_AUDIO_SECONDS = 0.2
_SHARE = 0.01


@dataclass(frozen=True)
class _Look:
    """The subject of an audit. `sampled` is the part of the plan that samples are taken of."""

    run: Run
    media: Media
    plan: EncodePlan
    sampled: EncodePlan
    folder: Path
    ffmpeg: FFmpeg


def check_source(release: Release, rows: Sequence[StoredRendition]) -> Iterator[Violation]:
    """Yield differences between a release and its source, or a note if they cannot be compared."""
    run = Run.objects.select_related("source").filter(release=release).first()
    if run is None or run.plan is None:
        yield _note("The plan of the release is not kept, so its source was not looked at.")
        return
    if run.source is None:
        yield _note("The original is gone, so nothing was held against it.")
        return
    if run.source.dropped_at is not None:
        yield _note("The original was dropped as its owner chose, so nothing was held against it.")
        return
    plan = EncodePlan.from_json(run.plan)
    whole = Media.from_json(run.source.found or {})
    media = as_made(whole, Profile.from_json(run.profile), plan.clip)
    with files.folder() as folder:
        look = _Look(run, media, plan, _to_be_sampled(plan), folder, tools.ffmpeg())
        try:
            with files.local(originals(), run.source.key) as path:
                found = _sample(look, path)
        except ObjectMissing:
            yield _note("The original is not stored, so nothing was held against it.")
            return
        except MediaError as error:
            yield Violation("source", f"The original could not be decoded again: {error.message}")
            return
        yield from _check_counts(look, found, release)
        for rendition in rows:
            yield from _check_rendition(look, rendition)


def _note(message: str) -> Violation:
    return Violation("source", message, must=False)


def _to_be_sampled(plan: EncodePlan) -> EncodePlan:
    """Return the plan with one rung, and each audio track in one codec only."""
    tracks: dict[object, AudioTrack] = {}
    for track in plan.tracks:
        tracks.setdefault(_heard_in(track), track)
    rungs = (samples.RUNG,) if plan.rungs else ()
    return replace(plan, rungs=rungs, tracks=tuple(tracks.values()))


def _heard_in(track: AudioTrack) -> object:
    """Return a key for the audio of the source that a track is made of, in whatever codec."""
    return track.stream_index, track.speakers


def _sample(look: _Look, source: Path) -> Counted:
    """Sample the source, and return what was counted while decoding it."""
    threads = this_machine().cores
    order = EncodeOrder(look.media, look.sampled, WHOLE, source, look.folder, threads, look.ffmpeg)
    allowed = tools.limits(max(look.plan.seconds, look.media.duration))
    pipe = look.folder / "sound.nut"
    try:
        finished = look.ffmpeg.run(
            commands.sample(order), limits=allowed, reads=[source], writes=look.folder,
            on_progress=lambda _: None,
        )  # fmt: skip
    except ProcessFailed as error:
        if not commands.audio_changes(error.log):
            raise
        finished = look.ffmpeg.run_fed(
            commands.decode(order, pipe), commands.sample(order, decoded=pipe), pipe=pipe,
            limits=allowed, reads=[source], writes=look.folder, on_progress=lambda _: None,
        )  # fmt: skip
    return counted.read(look.folder, look.sampled, finished.complaints)


def _check_counts(look: _Look, found: Counted, release: Release) -> Iterator[Violation]:
    """Compare the counts of the encode with those of now, and check the release's notices."""
    spans = completeness.spans_of(look.run)
    if not spans:
        return
    then = counted.total(span.counted for span in spans)
    for what, before, now in (
        ("frames", then.frames, found.frames),
        ("frames that differ in time", then.shown, found.shown),
    ):
        # If all rungs are copies of the source, no frames were counted.
        if then.frames and now - before > max(1, now * _SHARE):
            message = f"Encoding decoded {before} of {now} {what} of the source."
            yield Violation("source_frames", message)
    for name, seconds in found.sound.items():
        heard = then.sound.get(name)
        if heard is not None and seconds - heard > max(_AUDIO_SECONDS, seconds * _SHARE):
            message = f"Encoding heard {heard:.1f} of {seconds:.1f} s of {name}."
            yield Violation("source_sound", message)
    told = {notice["code"] for notice in release.notices or ()}
    again = completeness.found(look.media, look.plan, [EncodedSpan(WHOLE, found)])
    for notice in again:
        if notice.code not in told:
            yield Violation("unnoticed", f"No notice says: {notice.message}", must=False)


def _check_rendition(look: _Look, rendition: StoredRendition) -> Iterator[Violation]:
    made = look.folder / "made.sample"
    made.unlink(missing_ok=True)
    try:
        _sample_made(look, rendition, made)
    except ObjectMissing:
        return  # the check that reads every byte reports it
    except MediaError as error:
        yield Violation("decoding", f"{rendition.name} could not be decoded: {error.message}")
        return
    if rendition.kind == Kind.AUDIO:
        heard = {track.name: _heard_in(track) for track in look.plan.tracks}.get(rendition.name)
        for track in look.sampled.tracks:
            if _heard_in(track) == heard:
                source = look.folder / samples.audio_filename(track.name)
                yield from check_audio(rendition.name, source, made)
    elif look.plan.grid is not None:
        grid, source = look.plan.grid, look.folder / samples.FRAMES_FILENAME
        allowed = allowed_frames(look.plan, grid.frames)
        yield from check_frames(rendition.name, source, made, rate=grid.rate, allowed=allowed)


def _sample_made(look: _Look, rendition: StoredRendition, made: Path) -> None:
    """Sample a rendition chunk by chunk, since each chunk can be decoded alone."""
    part = look.folder / "part.sample"
    write = samples.of_audio if rendition.kind == Kind.AUDIO else samples.of_video
    with made.open("ab") as file:
        for chunk in rendition.chunks:
            with files.local(outputs(), chunk.uri) as path:
                look.ffmpeg.run(
                    write(path, part, look.ffmpeg),
                    limits=tools.limits(chunk.duration / rendition.timescale),
                    reads=[path],
                    writes=look.folder,
                )
            with part.open("rb") as sampled:
                shutil.copyfileobj(sampled, file)
