"""Show a few telling moments of the video without sound, for those who point at it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from processing.ffmpeg.encoding import preview
from processing.ffmpeg.encoding.preview import Clip, Film, Form
from processing.ffmpeg.planning import moments
from processing.ffmpeg.planning.moments import Gop, Stretch
from processing.packaging import segments
from processing.steps import chunk_files, tools
from processing.steps.context import Outcome, TaskContext
from processing.steps.pictures import keeping, rung
from processing.steps.pictures.picture_step import has_frames, picture_step
from videos.models import Chunk, Rendition

_SHORT_SIDE = preview.VIDEO_FORMS[0].short_side
# Up to this length all chunks are joined, so that a stretch may begin anywhere.
_JOINED_SECONDS = 30.0
_FORMS: Mapping[str, Sequence[Form]] = {
    "preview.mp4": preview.VIDEO_FORMS,
    "preview.webp": preview.WEBP_FORMS,
}
_CONTENT_TYPES = {"preview.mp4": "video/mp4", "preview.webp": "image/webp"}


def run(context: TaskContext) -> Outcome:
    """Make the preview as MP4 and as animated WebP."""
    rendition = rung.smallest(context, width=_SHORT_SIDE, height=_SHORT_SIDE)
    if rendition is None:
        return Outcome()
    source = _Source(context, rendition)
    shown = _chosen(context, source)
    film = Film(
        [source.clip(stretch) for stretch in shown],
        rendition.width or 2,
        rendition.height or 2,
        Fraction(rendition.frame_rate or preview.VIDEO_FORMS[0].rate),
    )
    facts = {
        "seconds": round(film.seconds, 3),
        "moments": [round(stretch.start, 3) for stretch in shown],
    }
    made = [
        keeping.Made(path, _CONTENT_TYPES[path.name], *_size(film, form), facts=facts)
        for path, form in _encoded(context, film)
    ]
    return Outcome(record=keeping.keep(context, made))


@dataclass(frozen=True)
class _Source:
    """The rendition, of which only those chunks are fetched that hold a stretch."""

    context: TaskContext
    rendition: Rendition
    fetched: dict[int, Path] = field(default_factory=dict)

    @cached_property
    def seconds(self) -> float:
        """How long the video lasts."""
        return rung.seconds(self.rendition)

    @cached_property
    def whole(self) -> Path | None:
        """The file of a short video; None for a longer one."""
        if self.seconds > _JOINED_SECONDS:
            return None
        return rung.joined(self.context, self.rendition)

    def clip(self, stretch: Stretch) -> Clip:
        """Return where a stretch lies. It ends with its file at the latest."""
        if self.whole is not None:
            return Clip(self.whole, stretch.start, stretch.seconds)
        chunks = list(self.rendition.chunks.all())
        ticks = round(stretch.start * self.rendition.timescale)
        chunk = next((one for one in chunks if ticks < one.start + one.duration), chunks[-1])
        begin, end = self._bounds(chunk)
        if chunk.number not in self.fetched:
            [path] = chunk_files.local(self.context, self.rendition, [chunk])
            self.fetched[chunk.number] = path
        at = max(0.0, stretch.start - begin)
        return Clip(self.fetched[chunk.number], at, min(stretch.seconds, end - begin - at))

    def gops(self) -> Iterator[Gop]:
        """Yield the groups of pictures of the rendition, as its rows tell of them."""
        scale = self.rendition.timescale
        for chunk in self.rendition.chunks.all():
            until = self.seconds if self.whole else self._bounds(chunk)[1]
            for segment in segments.from_json(chunk.segments):
                at, end = segment.start, segment.offset + segment.size
                ends = [*(keyframe.offset for keyframe in segment.keyframes[1:]), end]
                for keyframe, over in zip(segment.keyframes, ends, strict=False):
                    others = over - keyframe.offset - keyframe.size
                    spent = others * scale / max(1, keyframe.duration)
                    yield Gop(at / scale, until, keyframe.size, spent)
                    at += keyframe.duration

    def _bounds(self, chunk: Chunk) -> tuple[float, float]:
        """Return the seconds at which a chunk begins and ends."""
        scale = self.rendition.timescale
        return chunk.start / scale, (chunk.start + chunk.duration) / scale


def _chosen(context: TaskContext, source: _Source) -> list[Stretch]:
    """Return the stretches to show, in order: the best for each moment, and of those the ones in
    which there is something to see, if there are any."""
    choices = moments.candidates(source.seconds, list(source.gops()))
    if len(choices) == 1:
        return choices[0]
    seen = _looked_at(context, source, [one for among in choices for one in among])
    best = [max(among, key=lambda one: seen[one].worth) for among in choices]
    return [one for one in best if seen[one].is_good] or best


def _looked_at(
    context: TaskContext, source: _Source, stretches: Sequence[Stretch]
) -> dict[Stretch, preview.Seen]:
    """Look at some small frames of each stretch."""
    clips = [source.clip(stretch) for stretch in stretches]
    outs = [context.folder / f"look-{number}.gray" for number in range(len(clips))]
    _run(context, preview.looks_command(context.ffmpeg.program, clips, outs), clips)
    return {
        stretch: preview.judged(out.read_bytes())
        for stretch, out in zip(stretches, outs, strict=True)
    }


def _encoded(context: TaskContext, film: Film) -> list[tuple[Path, Form]]:
    """Encode each file, smaller and smaller until it is small enough."""
    made: dict[str, tuple[Path, Form]] = {}
    for number in range(max(map(len, _FORMS.values()))):
        wanted = [
            (context.folder / name, forms[number])
            for name, forms in _FORMS.items()
            if name not in made and number < len(forms)
        ]
        if wanted:
            _run(context, preview.command(context.ffmpeg.program, film, wanted), film.clips)
        fitting = [one for one in wanted if one[0].stat().st_size <= preview.MOST_BYTES]
        made |= {path.name: (path, form) for path, form in fitting}
    return [made[name] for name in _FORMS if name in made]


def _run(context: TaskContext, argv: Sequence[str], clips: Sequence[Clip]) -> None:
    first, *others = dict.fromkeys(clip.path for clip in clips)
    seconds = sum(clip.seconds for clip in clips)
    tools.run(argv, context, seconds, first, beside=others)


def _size(film: Film, form: Form) -> tuple[int, int]:
    return preview.size_for(film.width, film.height, form.short_side)


STEP = picture_step("preview", run, shows=has_frames)
