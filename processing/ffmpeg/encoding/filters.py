"""FFmpeg's filter graphs: frames on a constant grid, and audio on the same clock.

Both are cut by counts, of frames on the grid and of samples at 48 kHz, never by seconds. So the
pieces of a timeline have the same frames and samples as the whole.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from processing.ffmpeg.encoding import downmix, edges, pixels
from processing.ffmpeg.media import AudioStream, Jump, VideoStream
from processing.ffmpeg.output_format import AUDIO_RATE
from processing.ffmpeg.planning.ladder import Rung

# A frame of each codec has a multiple of this many samples; for other codecs it is unknown.
_FRAME_STEPS = {
    "aac": 512, "mp3": 576, "mp2": 576, "ac3": 256, "eac3": 256, "dts": 256, "opus": 960,
    "wmav1": 512, "wmav2": 512, "wmapro": 512, "flac": 128, "alac": 512,
}  # fmt: skip
# The times of damaged frames may go back by this many seconds.
_CLOCK_NOISE = 0.04
# Filters store the ticks of a second in 31 bits, and some halve a tick.
_MAX_CLOCK = 2**30
_MPEG_AUDIO = ("mp1", "mp2", "mp3")
_MPEG_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_MADE_UP_SECONDS = 0.0003
_NEAR_SAMPLES, _FAR_SAMPLES = 4_800, 24_000
OFF_SECONDS = 0.008
"""The furthest that audio may be from where its times put it. With nearly every codec, a lost
packet lasts longer than this; rounding times to milliseconds causes a smaller error."""


def label(number: int) -> str:
    """Return the name of a rung's output in the graph of frames."""
    return f"rung{number}"


def survives_size_changes(video: VideoStream) -> bool:
    """Whether every filter follows a frame size that changes midway, so that the graph and its
    clock need no restart. The turning filter does not follow it."""
    return video.upright


def video(
    video: VideoStream,
    rungs: Sequence[Rung],
    origin: Fraction,
    rate: Fraction,
    *,
    first: int = 0,
    end: int | None = None,
    from_start: bool = True,
    snaps: bool = False,
    held: bool = False,
    counted: str = "null",
    borders: tuple[int, int | None] | None = None,
) -> str:
    """Return the graph that decodes once for all rungs: `origin` (seconds) becomes 0, frames go
    onto the constant grid of `rate`, the frames from `first` up to `end` stay, and each rung is
    scaled from the one above.

    FFmpeg has already turned the frames upright. Without `from_start`, decoding begins somewhere
    before `first`.

    With `snaps` the last frame is never dropped where its duration is unknown, but it may come once
    too often: give an `end`. With `held` the last frame repeats forever, so that the output reaches
    `end`. `counted` is inserted after times are set and before any frame is repeated or dropped.
    With `borders` another output has those two frames of the grid, as decoded.
    """
    grid = f"fps=fps={rate.numerator}/{rate.denominator}"
    # After a seek, the grid would otherwise be filled with thousands of frames from 0 on.
    grid += ":start_time=0" if from_start else ""
    steps = [*_mended("setpts", video.jumps, video.time_base)]
    numbered = _counted_place(video, origin, rate) if video.counted else None
    snapped = _snapped(video.time_base, origin, rate, numbered) if snaps else []
    grid += ":eof_action=pass" if snaps else ""
    steps += snapped or [f"setpts='{_after(origin)}'"]
    steps += [counted, *pixels.before_grid(video), grid]
    if held:
        steps.append("tpad=stop=-1:stop_mode=clone")
    chains = []
    if borders is not None:
        step, chain = edges.branch(*borders)
        steps.append(step)
        chains.append(chain)
    if first or end is not None:
        steps.append(f"trim=start_pts={first}" + (f":end_pts={end}" if end is not None else ""))
    for place, (number, rung) in enumerate(_largest_first(rungs)):
        if place == 0:
            steps += pixels.steps(video, rung.width, rung.height)
        else:
            steps = [f"scale={rung.width}:{rung.height}:flags=bicubic", "setsar=1"]
        last = place == len(rungs) - 1
        ending = f"[{label(number)}]" if last else f",split=2[{label(number)}][below{place}]"
        start = f"[0:{video.index}]" if place == 0 else f"[below{place - 1}]"
        chains.append(start + ",".join(steps) + ending)
    return ";".join(chains)


def _largest_first(rungs: Sequence[Rung]) -> list[tuple[int, Rung]]:
    """Return the rungs with their numbers, largest first: rungs of several codecs share one
    cascade."""
    return sorted(enumerate(rungs), key=lambda numbered: -numbered[1].width * numbered[1].height)


@dataclass(frozen=True)
class Cut:
    """Samples `first` up to `end` at 48 kHz. Without an `end` the cut keeps all there are, and adds
    silence if they end before sample `least`. `counted` is the piece of a chain that counts decoded
    samples."""

    first: int
    end: int | None
    least: int = 0
    counted: str = "anull"

    @property
    def steps(self) -> list[str]:
        """The steps that end a chain. Times are counted anew, because audio that ends before
        `first` has none."""
        anew = f"asetpts=N+{self.first}"
        if self.end is not None:
            return ["apad", anew, f"atrim=end_sample={self.end - self.first}"]
        if self.least > self.first:
            return [f"apad=whole_len={self.least - self.first}", anew]
        return []


def audio(stream: AudioStream, name: str, origin: Fraction, *, opening: int, cut: Cut) -> str:
    """Return the graph that makes stereo at 48 kHz as `[name]` from input number `opening`.
    `origin` becomes 0; gaps and a late start become silence; the audio is cut and padded on that
    clock.

    The beginning is cut before the rate changes, because FFmpeg cannot do both in one step. If the
    first sample is a whole number at both rates, the samples are the same as in the whole.
    """
    rate = stream.sample_rate
    steps = [
        *_timed(stream, origin),
        cut.counted,
        *downmix.before(stream),
        _placed(rate, round(cut.first * rate / AUDIO_RATE)),
        f"aresample={AUDIO_RATE}",
        *downmix.stereo(stream),
        *downmix.limited(stream),
        *cut.steps,
    ]
    return f"[{opening}:{stream.index}]{','.join(steps)}[{name}]"


def delayed(graph: str, name: str, *, by: int, first: int) -> str:
    """Return a graph that gives `[name]` from sample `first` on, after `by` samples of silence."""
    if not by:
        return graph
    steps = f"adelay=delays={by}S:all=1,asetpts=N+{first - by}"
    return f"{graph.removesuffix(f'[{name}]')},{steps}[{name}]"


def _timed(stream: AudioStream, origin: Fraction) -> list[str]:
    mended = _mended("asetpts", stream.jumps, stream.time_base)
    return [*mended, f"asetpts='{_counted(stream, origin)}'"]


def joined(
    streams: Sequence[AudioStream],
    speakers: Sequence[str],
    name: str,
    origin: Fraction,
    *,
    opening: int,
    cut: Cut,
) -> str:
    """Return the graph of `audio` for streams of one channel each, one for each of `speakers`. The
    result ends with the longest stream; the first stream is counted."""
    longest = max(streams, key=lambda stream: stream.start + Fraction(stream.duration or 0))
    chains = []
    for number, stream in enumerate(streams):
        steps = [
            *_timed(stream, origin),
            *([cut.counted] if number == 0 else []),
            _placed(stream.sample_rate, round(cut.first * stream.sample_rate / AUDIO_RATE)),
            f"aresample={AUDIO_RATE},pan=mono|c0=c0",
            *(cut.steps if cut.end is not None or stream is longest else ["apad"]),
        ]
        chains.append(f"[{opening}:{stream.index}]{','.join(steps)}[{name}_{number}]")
    inputs = "".join(f"[{name}_{number}]" for number in range(len(streams)))
    return ";".join([*chains, f"{inputs}{','.join(downmix.joined(speakers))}[{name}]"])


def decoded(stream: AudioStream, name: str, origin: Fraction, *, first: int) -> str:
    """Return the graph that makes stereo at 48 kHz as `[name]`, whatever the stream changes to
    midway. FFmpeg restarts the graph at each change, so nothing in it remembers earlier audio. The
    output starts at sample `first` and keeps gaps; where the clock jumps, it keeps all times as
    they are."""
    steps = [
        f"asetpts='if({_made_up()},PREV_OUTPTS+NB_SAMPLES/SR/TB,{_counted(stream, origin)})'",
        *downmix.before(stream),
        f"aresample={AUDIO_RATE}",
        *downmix.stereo(stream),
        *([] if stream.jumps else [f"atrim=start_pts={first}"]),
    ]
    return f"[0:{stream.index}]{','.join(steps)}[{name}]"


def _made_up() -> str:
    """Return an expression that is true if a frame follows the one before by its length at another
    rate than its own. In a transport stream, FFmpeg makes up the times of all but the first frame
    in a packet, from the rate the audio had before."""
    step = "(PTS-PREV_INPTS)*TB"
    return "+".join(
        f"abs(SR-{rate})*lt(abs({step}-NB_SAMPLES/{rate}),{_MADE_UP_SECONDS})"
        for rate in _MPEG_RATES
    )


def own_times(stream: AudioStream, origin: Fraction, since: Fraction, *, sought: bool) -> str:
    """Return the bitstream filter that corrects times in the output of `decoded`: a clock that
    jumps, and times that FFmpeg has wrong. The corrected times are too late by `ahead`."""
    if stream.codec in _MPEG_AUDIO:
        placed = _mpeg_times(origin, since, sought=sought)
    elif stream.jumps:
        placed = "TS+ld(4)"
    else:
        return "null"
    return f"setts=ts='{_jumped(stream)}{placed}'"


def ahead(stream: AudioStream) -> int:
    """Return the number of samples by which `own_times` puts everything too late. Where the clock
    jumps, audio before 0 cannot be dropped earlier, and the container has no times below 0."""
    return AUDIO_RATE if stream.jumps else 0


def _jumped(stream: AudioStream) -> str:
    """Return the expression that stores in register 4 what must be added to a time. Register 2 has
    the time before, register 3 the number of jumps so far."""
    if not stream.jumps:
        return "st(4,0);"
    begun, later = _begun(stream.jumps)
    ticks = stream.time_base * AUDIO_RATE
    reached = "+".join(
        f"eq(ld(3),{number})*{'lt' if jump.by < 0 else 'gt'}(TS,ld(2)+{round(jump.by * ticks / 2)})"
        for number, jump in enumerate(later)
    )
    shifts = "+".join(
        f"eq(ld(3),{number})*{round(jump.shift * ticks)}"
        for number, jump in enumerate([begun, *later])
    )
    jumps = f"st(3,ld(3)+gt(N,0)*({reached or 0}));st(2,TS);"
    return f"{jumps}st(4,{shifts}+{ahead(stream)});"


def _mpeg_times(origin: Fraction, since: Fraction, *, sought: bool) -> str:
    """Return the expression for the times of MPEG audio whose rate changes.

    FFmpeg counts the time of the first frame with a new rate in the new rate, but takes it for a
    time in the old one. So the time is far off, by the ratio of the two rates; the expression puts
    that frame right after the one before. The very first frame is `since` seconds after the new 0,
    or near that after a seek.
    """
    zero = round(origin * AUDIO_RATE)
    ratios = sorted({Fraction(a, b) for a in _MPEG_RATES for b in _MPEG_RATES if a != b})
    near = "+".join(
        f"lt(abs(ld(0)-ld(1)*{r.numerator}/{r.denominator}),{_NEAR_SAMPLES})" for r in ratios
    )
    known = f"st(0,TS+{zero});st(1,PREV_OUTPTS+PREV_OUTDURATION-ld(4)+{zero})"
    wrong = f"gt(abs(ld(0)-ld(1)),{_FAR_SAMPLES})*({near})"
    begin = max(0, round(since * AUDIO_RATE))
    off = 3 * _FAR_SAMPLES if sought else _NEAR_SAMPLES // 2
    first = f"if(gt(abs(TS-{begin}),{off}),{begin},TS)+ld(4)"
    later = f"if({wrong},PREV_OUTPTS+PREV_OUTDURATION,TS+ld(4))"
    return f"{known};if(eq(N,0),{first},{later})"


def of_decoded(
    number: int, name: str, *, opening: int, cut: Cut, bare: bool, later: int = 0
) -> str:
    """Return the graph for stream `number` of an input that `decoded` wrote `later` samples too
    late: it fills gaps and gives exactly the needed length. The times of a `bare` source mean
    nothing, so all of its audio is put end to end."""
    times = ["asetpts=N"] if bare else [f"asetpts=PTS-{later}"] if later else []
    steps = [*times, cut.counted, _placed(AUDIO_RATE, cut.first)]
    steps += [downmix.LIMITER, "aformat=sample_fmts=fltp", *cut.steps]
    return f"[{opening}:{number}]{','.join(steps)}[{name}]"


def _placed(rate: int, first: int) -> str:
    """Return the filter that puts audio where its times say, from sample `first` on. Missing audio
    becomes silence and doubled audio is dropped, where the difference is more than the rounding of
    clocks."""
    # Without `min_comp` the first sample may be a millisecond off.
    comp = f"min_comp=0.00001:min_hard_comp={OFF_SECONDS}"
    return f"aresample={rate}:async=1:{comp}:first_pts={first}"


def _mended(setpts: str, jumps: Sequence[Jump], base: Fraction) -> list[str]:
    """Return the filter step that mends a clock that begins anew, given its jumps in ticks of
    `base`. Register 0 holds the time before, register 1 the number of jumps so far."""
    if not jumps:
        return []
    begun, later = _begun(jumps)
    seconds = [float(jump.by * base) for jump in later]
    # Presentation times go back only at a jump, and the first time of a new part may be late.
    reached = [
        f"eq(ld(1),{number})*"
        + (f"lt(T,ld(0)-{_CLOCK_NOISE})" if by < 0 else f"gt(T,ld(0)+{by / 2:.3f})")
        for number, by in enumerate(seconds)
    ]
    shifts = [
        f"eq(ld(1),{number})*{float(jump.shift * base):.6f}"
        for number, jump in enumerate([begun, *later])
    ]
    counted = f"st(1,ld(1)+gt(N,0)*({'+'.join(reached) or 0}))"
    return [f"{setpts}='{counted};st(0,T);round(PTS+({'+'.join(shifts)})/TB)'"]


def _begun(jumps: Sequence[Jump]) -> tuple[Jump, Sequence[Jump]]:
    """Return the jump with which a clock begins, and its later jumps."""
    return (jumps[0], jumps[1:]) if jumps[0].by == 0 else (Jump(0, 0), jumps)


def _counted_place(video: VideoStream, origin: Fraction, rate: Fraction) -> str:
    """Return the place of a frame on the grid, from the number of frames before it."""
    return f"(N+{round((video.start - origin) * rate)})"


def _snapped(
    base: Fraction, origin: Fraction, rate: Fraction, place: str | None = None
) -> list[str]:
    """Return the filter steps that put each frame a quarter of a step after its place on the grid:
    the nearest one, or `place`. FFmpeg drops a last frame at whose time the source ends, so the
    frame must lie a little later. The list is empty if no clock has whole ticks for both the base
    and the rate."""
    ticks = math.lcm(base.denominator, rate.numerator)
    if ticks > _MAX_CLOCK:
        return []
    step = ticks * rate.denominator // rate.numerator
    nearest = f"round((PTS-({origin.numerator}/{origin.denominator})/TB)/{step})"
    place = place or nearest
    return [f"settb=1/{ticks}", f"setpts='{place}*{step}+{step // 4}'"]


def _after(origin: Fraction) -> str:
    # Without `round` FFmpeg truncates the result to the tick before.
    return f"round(PTS-({origin.numerator}/{origin.denominator})/TB)"


def _counted(stream: AudioStream, origin: Fraction) -> str:
    """Return the expression for times after `origin`. A time becomes the one that counting samples
    from the first packet gives, if both agree within the rounding of the source's clock
    (milliseconds in Matroska and FLV). Otherwise audio begun midway would be out of step with audio
    begun at the start."""
    tick = stream.time_base * stream.sample_rate
    step = _FRAME_STEPS.get(stream.codec)
    if step is None or tick == 1 or tick >= step / 2:
        return _after(origin)
    # It covers the rounding of the first packet's time and of this one's, and dropped samples.
    tolerance = min(1 + 2.1 * tick, 0.45 * step)
    start, shift = stream.start, stream.start - origin
    # Ends are compared, because decoders drop the beginning of the first frame.
    since = f"PTS+NB_SAMPLES-({start.numerator}/{start.denominator})/TB"
    nearest = f"st(1,round(ld(0)/{step})*{step})"
    chosen = f"if(lt(abs({nearest}-ld(0)),{tolerance:.3f}),ld(1),ld(0))"
    return f"st(0,{since});round({chosen}-NB_SAMPLES+({shift.numerator}/{shift.denominator})/TB)"
