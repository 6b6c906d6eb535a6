"""FFmpeg's filter graphs: frames on a constant grid, and audio on the same clock.

Both are cut by counting, frames on the grid and samples at 48 kHz, never by seconds: so the
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

# Frames of a codec are multiples of so many samples; those of others are not known.
_FRAME_STEPS = {
    "aac": 512, "mp3": 576, "mp2": 576, "ac3": 256, "eac3": 256, "dts": 256, "opus": 960,
    "wmav1": 512, "wmav2": 512, "wmapro": 512, "flac": 128, "alac": 512,
}  # fmt: skip
# Times of frames that were damaged may go back by so many seconds.
_CLOCK_NOISE = 0.04
# Filters count ticks a second in 31 bits, and some halve a tick.
_MAX_CLOCK = 2**30
_MPEG_AUDIO = ("mp1", "mp2", "mp3")
_MPEG_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_MADE_UP_SECONDS = 0.0003
_NEAR_SAMPLES, _FAR_SAMPLES = 4_800, 24_000
OFF_SECONDS = 0.008
"""Audio is never further than this from where its times put it. A lost packet lasts longer, with
nearly every codec, and what milliseconds round away less."""


def label(number: int) -> str:
    """The name of a rung's output in the graph of frames."""
    return f"rung{number}"


def survives_size_changes(video: VideoStream) -> bool:
    """Whether every filter follows a frame size that changes midway (turning does not), so that
    the graph, and its clock, need no restart."""
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
    """One decode to all rungs: `origin` (seconds) becomes 0, then the constant grid of `rate`, of
    which the frames from `first` up to `end` stay, then each rung is scaled from the one above.

    With `snaps` the last frame is never dropped, where it is not told how long it lasts, but may
    come once more than it should: tell the `end`. With `held` it stays for ever, so that there are
    `end`. FFmpeg has turned the frame upright before. Without `from_start`, decoding begins
    somewhere before `first`.
    `counted` is put in where times are set, before anything is repeated or dropped.
    With `borders` another output has those two frames of the grid, as decoded.
    """
    grid = f"fps=fps={rate.numerator}/{rate.denominator}"
    # A source that was sought to would be filled with thousands of frames from 0 on.
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
    """Each with its number: of several codecs all go down by one cascade."""
    return sorted(enumerate(rungs), key=lambda numbered: -numbered[1].width * numbered[1].height)


@dataclass(frozen=True)
class Cut:
    """Samples `first` up to `end` at 48 kHz; without an `end` all there is, and silence where it
    ends before sample `least`. `counted` is the piece of a chain that counts what is decoded."""

    first: int
    end: int | None
    least: int = 0
    counted: str = "anull"

    @property
    def steps(self) -> list[str]:
        """What ends a chain: counted anew, for audio that ends before `first` has no times."""
        anew = f"asetpts=N+{self.first}"
        if self.end is not None:
            return ["apad", anew, f"atrim=end_sample={self.end - self.first}"]
        if self.least > self.first:
            return [f"apad=whole_len={self.least - self.first}", anew]
        return []


def audio(stream: AudioStream, name: str, origin: Fraction, *, opening: int, cut: Cut) -> str:
    """Stereo at 48 kHz as `[name]`, from input number `opening`: `origin` becomes 0, gaps and a
    late start are filled with silence; on that clock it is cut, and filled too.

    The beginning is cut before the rate is changed, for FFmpeg cannot do both in one step; a
    first sample that is a whole one at both rates gives the samples the whole would have.
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
    """A graph that gives `[name]` from sample `first` on, with `by` samples of silence in front."""
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
    """As `audio`, of streams of one channel each, which are for `speakers`. They end with the
    longest; the first is counted."""
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
    """Stereo at 48 kHz as `[name]`, whatever the stream changes to midway: FFmpeg then begins the
    graph anew, so nothing in it remembers what was. From sample `first` on, gaps left open; where
    the clock jumps, with all of its times as they are."""
    steps = [
        f"asetpts='if({_made_up()},PREV_OUTPTS+NB_SAMPLES/SR/TB,{_counted(stream, origin)})'",
        *downmix.before(stream),
        f"aresample={AUDIO_RATE}",
        *downmix.stereo(stream),
        *([] if stream.jumps else [f"atrim=start_pts={first}"]),
    ]
    return f"[0:{stream.index}]{','.join(steps)}[{name}]"


def _made_up() -> str:
    """Whether a frame seems to follow the one before as it would if it had another rate: of all but
    the first frame in a packet of a transport stream FFmpeg makes up times, by the rate the audio
    had before."""
    step = "(PTS-PREV_INPTS)*TB"
    return "+".join(
        f"abs(SR-{rate})*lt(abs({step}-NB_SAMPLES/{rate}),{_MADE_UP_SECONDS})"
        for rate in _MPEG_RATES
    )


def own_times(stream: AudioStream, origin: Fraction, since: Fraction, *, sought: bool) -> str:
    """The bitstream filter that puts right what `decoded` made: a clock that jumps, and times that
    FFmpeg has wrong. Times are then `ahead` of what they should be."""
    if stream.codec in _MPEG_AUDIO:
        placed = _mpeg_times(origin, since, sought=sought)
    elif stream.jumps:
        placed = "TS+ld(4)"
    else:
        return "null"
    return f"setts=ts='{_jumped(stream)}{placed}'"


def ahead(stream: AudioStream) -> int:
    """Samples by which `own_times` has everything too late: where the clock jumps what is heard
    before 0 cannot be left out sooner, and the container knows no times below 0."""
    return AUDIO_RATE if stream.jumps else 0


def _jumped(stream: AudioStream) -> str:
    """Keeps in register 4 what is to be added to a time; 2 has the time before, 3 how many jumps
    there were."""
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
    """FFmpeg counts the time of the first frame of MPEG audio with a new rate in that rate and
    takes it for the one before: it is far off, by the ratio of two rates, and follows the frame
    before; the first of all is `since` seconds after what becomes 0, or near that where it was
    sought to."""
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
    """What `decoded` made as stream `number` of an input, `later` samples too late, its gaps filled
    and exactly as long as it must be; of a `bare` source times mean nothing, and all of it follows
    each other."""
    times = ["asetpts=N"] if bare else [f"asetpts=PTS-{later}"] if later else []
    steps = [*times, cut.counted, _placed(AUDIO_RATE, cut.first)]
    steps += [downmix.LIMITER, "aformat=sample_fmts=fltp", *cut.steps]
    return f"[{opening}:{number}]{','.join(steps)}[{name}]"


def _placed(rate: int, first: int) -> str:
    """Audio where its times put it, from sample `first` on: what is missing becomes silence, what
    is there twice is left out, by what differs by more than clocks are rounded."""
    # `min_comp`, or the first sample may be a millisecond off.
    comp = f"min_comp=0.00001:min_hard_comp={OFF_SECONDS}"
    return f"aresample={rate}:async=1:{comp}:first_pts={first}"


def _mended(setpts: str, jumps: Sequence[Jump], base: Fraction) -> list[str]:
    """The filter step that mends a clock that begins anew, told by its jumps in ticks of `base`.
    The first register holds the time before, the second how many jumps there were."""
    if not jumps:
        return []
    begun, later = _begun(jumps)
    seconds = [float(jump.by * base) for jump in later]
    # Times of showing go back by nothing else, and the first of a new part may be late.
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
    """With what a clock begins, and where it jumps later."""
    return (jumps[0], jumps[1:]) if jumps[0].by == 0 else (Jump(0, 0), jumps)


def _counted_place(video: VideoStream, origin: Fraction, rate: Fraction) -> str:
    """The place on the grid of a frame by how many came before."""
    return f"(N+{round((video.start - origin) * rate)})"


def _snapped(
    base: Fraction, origin: Fraction, rate: Fraction, place: str | None = None
) -> list[str]:
    """The filter steps that put each frame a quarter of a step after the place on the grid that
    is nearest to it, or that is given. FFmpeg drops a last frame at whose time the source ends;
    so it ends after. None where no clock has whole ticks for both."""
    ticks = math.lcm(base.denominator, rate.numerator)
    if ticks > _MAX_CLOCK:
        return []
    step = ticks * rate.denominator // rate.numerator
    nearest = f"round((PTS-({origin.numerator}/{origin.denominator})/TB)/{step})"
    place = place or nearest
    return [f"settb=1/{ticks}", f"setpts='{place}*{step}+{step // 4}'"]


def _after(origin: Fraction) -> str:
    # Without `round` the expression is cut down to the tick before.
    return f"round(PTS-({origin.numerator}/{origin.denominator})/TB)"


def _counted(stream: AudioStream, origin: Fraction) -> str:
    """Times after `origin`, put where counting samples from the first packet puts them if that is
    within the rounding of the source's clock (milliseconds in Matroska and FLV): else audio begun
    midway is out of step with audio begun at the start."""
    tick = stream.time_base * stream.sample_rate
    step = _FRAME_STEPS.get(stream.codec)
    if step is None or tick == 1 or tick >= step / 2:
        return _after(origin)
    # The first packet's time is rounded, this one's, and what decoders leave out.
    tolerance = min(1 + 2.1 * tick, 0.45 * step)
    start, shift = stream.start, stream.start - origin
    # By their ends: decoders leave out the beginning of the first.
    since = f"PTS+NB_SAMPLES-({start.numerator}/{start.denominator})/TB"
    nearest = f"st(1,round(ld(0)/{step})*{step})"
    chosen = f"if(lt(abs({nearest}-ld(0)),{tolerance:.3f}),ld(1),ld(0))"
    return f"st(0,{since});round({chosen}-NB_SAMPLES+({shift.numerator}/{shift.denominator})/TB)"
