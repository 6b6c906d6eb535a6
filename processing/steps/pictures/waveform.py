"""Find the peaks of the audio, for players that draw a waveform, and draw it."""

from __future__ import annotations

from processing.ffmpeg.encoding import waveform
from processing.steps import plans, tools
from processing.steps.context import Outcome, TaskContext
from processing.steps.pictures import audio_poster, drawing, keeping, rung
from processing.steps.pictures.picture_step import has_audio, picture_step

_WIDTH, _HEIGHT = 1280, 160


def run(context: TaskContext) -> Outcome:
    """Make the waveform of what plays unasked, and the poster of what has no frames."""
    peaks = _peaks(context)
    if peaks is None:
        return Outcome()
    made = _files(context, peaks)
    media = plans.media_of(context)
    if media.video is not None:
        return Outcome(record=keeping.keep(context, made))
    kept = keeping.keep(context, [*made, *audio_poster.made(context, media, peaks)])

    def record() -> None:
        kept()
        audio_poster.record(context.run.pk)

    return Outcome(record=record)


def _peaks(context: TaskContext) -> waveform.Waveform | None:
    """Return the peaks of the audio that plays unasked; None if there is no audio."""
    rendition = rung.audio(context)
    if rendition is None:
        return None
    seconds = rung.seconds(rendition)
    source = rung.joined(context, rendition)
    out = context.folder / "peaks.txt"
    samples = waveform.samples_per_pixel(seconds)
    argv = waveform.command(context.ffmpeg.program, source, out, samples=samples)
    tools.run(argv, context, seconds, source)
    source.unlink()
    return waveform.read(out, samples=samples)


def _files(context: TaskContext, peaks: waveform.Waveform) -> list[keeping.Made]:
    data = context.folder / "waveform.json"
    data.write_text(peaks.to_json())
    picture = context.folder / "waveform.png"
    drawing.waveform(picture, peaks.columns(_WIDTH), _HEIGHT)
    facts = {"samples_per_pixel": peaks.samples_per_pixel, "length": len(peaks.lowest)}
    return [
        keeping.Made(data, "application/json", facts=facts),
        keeping.Made(picture, "image/png", _WIDTH, _HEIGHT),
    ]


STEP = picture_step("waveform", run, shows=has_audio)
