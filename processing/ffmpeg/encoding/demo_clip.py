"""The command that draws the sample clip of an empty library: a loom of light, and a chord."""

from __future__ import annotations

from pathlib import Path

FILENAME = "A loom of light.mp4"
SECONDS = 20
_WIDTH, _HEIGHT, _RATE = 1280, 720, 30
_ENLARGED = 4
_COLOURS = ("0x14213d", "0x2a6f97", "0xee6c4d", "0xf4b860")
# Width in pixels, opacity, where it hangs, how far and how fast (radians/s) it swings.
_THREADS = (
    (10, 0.20, 180, 90, 0.45),
    (4, 0.45, 420, 140, 0.61),
    (18, 0.12, 640, 200, 0.33),
    (4, 0.45, 860, 140, 0.74),
    (10, 0.20, 1090, 90, 0.52),
)
_CHORD_HZ = (146.83, 220.0, 293.66, 369.99)


def draw(*, ffmpeg: str, out: Path) -> list[str]:
    """Return the argv that writes the clip to `out`: 1280x720, 30 frames/s, 20 s, with audio."""
    argv = [ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"]
    argv += ["-filter_complex", f"{_frame()};{_audio()}", "-map", "[picture]", "-map", "[sound]"]
    argv += ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p"]
    argv += ["-c:a", "aac", "-b:a", "128k", "-t", str(SECONDS), "-movflags", "+faststart"]
    return [*argv, "-f", "mp4", str(out)]


def _frame() -> str:
    """Return the graph of a slowly turning gradient behind swinging threads.

    The gradient is drawn small and then enlarged: it has no detail, and drawing it takes most of
    the time.
    """
    colours = ":".join(f"c{number}={colour}" for number, colour in enumerate(_COLOURS))
    small = (_WIDTH // _ENLARGED, _HEIGHT // _ENLARGED)
    ground = f"gradients=s={small[0]}x{small[1]}:r={_RATE}:n={len(_COLOURS)}:{colours}"
    # The ends are a quarter in and a fifth before the end: points outside would be taken at random.
    ends = f"x0={small[0] // 4}:y0={small[1] // 9}:x1={small[0] * 4 // 5}:y1={small[1] * 8 // 9}"
    ground += f":{ends}:speed=0.005"
    enlarged = f"vignette=PI/5,scale={_WIDTH}:{_HEIGHT}:flags=bicubic,format=yuv420p"
    steps = [f"{ground},{enlarged}[woven0]"]
    for number, (width, opacity, centre, reach, pace) in enumerate(_THREADS):
        thread = f"color=white@{opacity}:s={width}x{_HEIGHT}:r={_RATE},format=yuva420p"
        place = f"x='{centre}+{reach}*sin({pace}*t+{number})'"
        steps.append(f"{thread}[thread{number}]")
        steps.append(f"[woven{number}][thread{number}]overlay={place}[woven{number + 1}]")
    return ";".join([*steps, f"[woven{len(_THREADS)}]null[picture]"])


def _audio() -> str:
    """Return the graph of four tones that rise and fade, each at its own pace."""
    tones = "+".join(
        f"0.09*sin(2*PI*{hertz}*t)*(0.6+0.4*sin(0.5*t+{number}))"
        for number, hertz in enumerate(_CHORD_HZ)
    )
    fades = f"afade=t=in:d=1.5,afade=t=out:st={SECONDS - 2}:d=2"
    return f"aevalsrc='{tones}|{tones}':s=48000:d={SECONDS},{fades}[sound]"
