"""The command that takes one small frame from a file that we made."""

from pathlib import Path

from processing.ffmpeg import inputs

# Without the flags, each conversion rounds down. JPEG means BT.601 in full range.
JPEG_COLORS = "out_color_matrix=smpte170m:out_range=pc:flags=bicubic+accurate_rnd"
_QUALITY = 2


def command(ffmpeg: str, source: Path, out: Path, *, at: float, width: int) -> list[str]:
    """Return the command that writes the first frame that begins ``at`` seconds after the begin of
    the file, or later, as a JPEG ``width`` pixels wide.

    Only frames from the keyframe before it on are decoded.
    """
    chain = [
        f"scale={width}:-1:{JPEG_COLORS}",
        "format=yuvj420p",
        "setparams=range=pc:colorspace=smpte170m",
    ]
    return [
        *[ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"],
        *["-threads", "1", "-ss", f"{at:.6f}", *inputs.opened(source)],
        *["-vf", ",".join(chain), "-fps_mode", "passthrough", "-frames:v", "1"],
        *["-map_metadata", "-1", "-q:v", str(_QUALITY), "-f", "image2", str(out)],
    ]
