"""The plan of a run: what it makes of its source, and why. It is decided once, stored with the run,
and read by every task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from processing.ffmpeg.clip import Clip
from processing.ffmpeg.encoding import outputs
from processing.ffmpeg.media import Media
from processing.ffmpeg.notices import Notice
from processing.ffmpeg.output_format import REORDERED, SEGMENT_GOPS
from processing.ffmpeg.planning import clipping, ladder, noticed, reasons, span_plan, tracks
from processing.ffmpeg.planning.grid import Grid, grid_of, length_of, origin_of
from processing.ffmpeg.planning.ladder import Profile, Rung
from processing.ffmpeg.planning.span_plan import Span
from processing.ffmpeg.planning.tracks import AudioTrack
from processing.ffmpeg.probing.timeline import Timeline
from processing.ffmpeg.stored import fractions, known, plain

# Without frames nothing else gives segments a length.
_AUDIO_SEGMENT_SECONDS = Fraction(4)


@dataclass(frozen=True)
class EncodePlan:
    """The outputs: `rungs` on the `grid` (neither for audio alone) and `tracks`.

    `origin` is the second on the source's own clock that becomes 0; `seconds` is the planned length
    of the whole. `gop_frames` is the distance of keyframes, `segment_seconds` the length of the
    segments of all renditions, `preset` the one of x264, and `audio_bitrate` that of AAC in bits
    per second. `reordered` is how many frames an encoder may decode before one that is shown
    earlier; composition offsets then begin at 0. Plans of older versions have None there, and
    offsets below 0. `spans` is the number of spans, which are stored with their tasks.
    `clip` is the part of the source that is made, None for the whole.
    `passthrough` names the rungs and tracks that are the source's own, repackaged. `reasons` are
    sentences that say why the plan is so; `notices` say what is left out, guessed or repaired, as
    far as the probe knows.
    """

    grid: Grid | None
    origin: Fraction
    seconds: float
    rungs: tuple[Rung, ...]
    tracks: tuple[AudioTrack, ...]
    gop_frames: int = 1
    segment_seconds: Fraction = _AUDIO_SEGMENT_SECONDS
    preset: str = "veryfast"
    audio_bitrate: int = 128_000
    reordered: int | None = None
    spans: int = 1
    passthrough: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    clip: Clip | None = None

    @property
    def ends_early(self) -> bool:
        """Whether the source goes on after the end."""
        return self.clip is not None and self.clip.end is not None

    @property
    def codecs(self) -> frozenset[str]:
        """The codecs of all outputs."""
        seen = {rung.codec for rung in self.rungs}
        return frozenset(seen | {track.codec for track in self.tracks})

    def bitrate_of(self, track: AudioTrack) -> int:
        """Return the bits per second of a track."""
        return outputs.audio(track.codec).bitrate(self.audio_bitrate)

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary that `json` can write."""
        return plain(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> EncodePlan:
        """Return the plan that `to_json` of any version wrote. Fields missing in an older version
        take their defaults, and unknown fields of a newer one are dropped."""
        made = fractions(data, "origin", "segment_seconds")
        made["grid"] = Grid.from_json(data["grid"]) if data.get("grid") else None
        made["clip"] = Clip.from_json(data.get("clip"))
        made["rungs"] = tuple(Rung(**known(Rung, rung)) for rung in data.get("rungs", ()))
        made["tracks"] = tuple(AudioTrack.from_json(track) for track in data.get("tracks", ()))
        made["notices"] = tuple(Notice.from_json(one) for one in data.get("notices", ()))
        for name in ("passthrough", "reasons"):
            made[name] = tuple(data.get(name, ()))
        return cls(**known(cls, made))


def plan_encode(
    media: Media,
    timeline: Timeline | None,
    profile: Profile,
    *,
    whole: bool = False,
    clip: Clip | None = None,
) -> tuple[EncodePlan, tuple[Span, ...]]:
    """Return the plan of a source, or of a `clip` of it, and its spans. With `whole` there is one
    span, because a run in spans failed. Raises `ClipOutside` or `ClipTooShort`."""
    media = clipping.clipped(as_made(media, profile), clip)
    spans = (span_plan.WHOLE,) if whole else span_plan.plan(media, timeline, profile)
    plan = plan_of(media, profile)
    plan = replace(plan, spans=len(spans), passthrough=_passthrough(plan, spans[0]))
    why = reasons.all_of(media, plan, span_plan.why_whole(media, timeline), whole=whole)
    told = [
        *noticed.of_clip(clip, clipping.seconds_of(media)),
        *noticed.all_of(media, timeline, plan),
    ]
    return replace(plan, reasons=tuple(why), notices=tuple(told)), spans


def as_made(media: Media, profile: Profile, clip: Clip | None = None) -> Media:
    """Return a source without the parts that are not used: its frames if the profile has no rungs,
    and what a plan's `clip` leaves out."""
    used = media if profile.rungs else replace(media, video=None)
    return replace(used, clip=clip) if clip else used


def plan_of(media: Media, profile: Profile) -> EncodePlan:
    """Return the plan that a profile makes of a source, whatever its spans."""
    media = as_made(media, profile)
    grid = grid_of(media)
    plan = EncodePlan(
        grid=grid,
        origin=origin_of(media),
        seconds=grid.seconds if grid else length_of(media),
        rungs=(),
        tracks=tracks.in_more_codecs(tracks.tracks_of(media), profile.more_audio),
        preset=profile.preset,
        audio_bitrate=profile.audio_bitrate,
        clip=media.clip,
    )
    if media.video is None or grid is None:
        return plan
    gop = span_plan.gop_frames(grid.rate, profile)
    return replace(
        plan,
        rungs=ladder.rungs_for(media.video, profile, grid.rate),
        gop_frames=gop,
        reordered=REORDERED,
        segment_seconds=SEGMENT_GOPS * gop / grid.rate,
    )


def _passthrough(plan: EncodePlan, span: Span) -> tuple[str, ...]:
    if not span.copies:
        return ()
    aac = [track for track in plan.tracks if track.codec == "aac"]
    audio = [track.name for track in aac if track.stream_index in span.copied_sound]
    return (plan.rungs[0].name, *audio)
