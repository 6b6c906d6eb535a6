"""Choose a better poster than the first one, and keep the other candidates for the owner.

The first poster is made in haste, beside the encode. This step looks at frames all over the film,
and judges each as a picture. The best one becomes the poster, in several sizes; if the poster that
is there is better than all of them, its frame stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from processing.ffmpeg import judging
from processing.ffmpeg.encoding import moments
from processing.ffmpeg.errors import ProcessFailed, RoomDoubtful
from processing.steps import plans, tools
from processing.steps.context import Outcome, TaskContext
from processing.steps.pictures import keeping, looking, poster_files, rung
from processing.steps.pictures.picture_step import has_frames, picture_step
from videos import keys, objects
from videos.models import Release, Rendition
from videos.objects import faults

_JPEG = "image/jpeg"
# It is judged from a better encoding and without its neighbours: a little more counts as no more.
_CLEARLY = 1.05
_CANDIDATE = "candidate-{:02}.jpg"


@dataclass(frozen=True)
class _Chosen:
    """The frame of the poster: at a second of the video, or that of a picture that is there."""

    judged: judging.Judged
    seconds: float | None = None
    picture: Path | None = None


def run(context: TaskContext) -> Outcome:
    """Make the poster and its candidates."""
    media = plans.media_of(context)
    rendition = _small_rung(context)
    if rendition is None or media.video is None:
        return Outcome()
    found = looking.candidates(context, rendition)
    chosen = _chosen(context, found, rendition)
    if chosen is None:
        return Outcome()
    files = poster_files.made(context, media, chosen.seconds, chosen.picture)
    about = {"time": _time(chosen.seconds), "score": round(chosen.judged.score, 3)}
    posters = [
        keeping.Made(one.path, poster_files.TYPES[one.path.suffix], one.width, one.height,
                     {**about, "size": max(one.width, one.height)})
        for one in files
    ]  # fmt: skip
    kept = keeping.keep(context, [*posters, *_others(found, chosen, rendition)])
    shown = poster_files.shown([one.path.name for one in files])
    return Outcome(record=lambda: _record(context, kept, *shown))


def _small_rung(context: TaskContext) -> Rendition | None:
    return rung.smallest(context, longest=looking.SIDE)


def _chosen(
    context: TaskContext, found: Sequence[looking.Candidate], rendition: Rendition
) -> _Chosen | None:
    """Return the best candidate, or the poster that is there if it is clearly better."""
    best = looking.best(found)
    there = _poster_there(context, rendition)
    if best and (there is None or there.judged.score <= best.judged.score * _CLEARLY):
        return _Chosen(best.judged, best.seconds)
    return there


def _poster_there(context: TaskContext, rendition: Rendition) -> _Chosen | None:
    """Return the poster that the release has, judged as the candidates are; None if it has none, or
    that is damaged.

    Its neighbours in the film are not known, so it is judged by itself.
    """
    key = Release.objects.values_list("poster_key", flat=True).get(pk=context.run.pk)
    path = poster_files.stored(context, key) if key and not faults.is_faulty(key) else None
    if path is None:
        return None
    size = moments.grey_size(rendition.width or 2, rendition.height or 2)
    out = context.folder / "there.gray"
    argv = moments.grey_command(context.ffmpeg.program, path, out, size=size)
    try:
        tools.run(argv, context, 1.0, path)
    except RoomDoubtful:
        raise
    except ProcessFailed:
        return None
    planes = moments.planes(out, size)
    return _Chosen(judging.judge(planes[0]), picture=path) if planes else None


def _others(
    found: Sequence[looking.Candidate], chosen: _Chosen, rendition: Rendition
) -> list[keeping.Made]:
    made = []
    for number, one in enumerate(found, start=1):
        path = one.path.rename(one.path.with_name(_CANDIDATE.format(number)))
        facts = {"time": _time(one.seconds), "chosen": one.seconds == chosen.seconds}
        size = looking.size_of(rendition, looking.SIDE)
        made.append(keeping.Made(path, _JPEG, *size, {**facts, **one.judged.facts()}))
    return made


def _time(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _record(context: TaskContext, kept: Callable[[], None], shown: str, small: str) -> None:
    """List the pictures, and show the better poster in place of the one before."""
    release = Release.objects.select_for_update().get(pk=context.run.pk)
    objects.mark_outputs({release.poster_key, release.small_poster_key} - {""})
    names = {"poster_key": shown, "small_poster_key": small}
    prefix = context.output_prefix
    keys_of = {column: keys.picture(prefix, name) if name else "" for column, name in names.items()}
    Release.objects.filter(pk=release.pk).update(**keys_of)
    kept()


STEP = picture_step("candidates", run, shows=has_frames)
