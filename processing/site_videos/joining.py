"""Join a picture and a sound that came apart into one file, without encoding."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from processing.ffmpeg import inputs
from processing.ffmpeg.errors import ProcessFailed
from processing.ffmpeg.running import runner
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.site_videos import failures

_SECONDS = 3600
_ROOM_BYTES = 64 * 1024**2
_OF_MP4 = (".mp4", ".m4a", ".m4v", ".mov")


def joined(
    picture: Path, sound: Path, ffmpeg: FFmpeg, should_stop: Callable[[], str | None]
) -> Path:
    """Return one file beside the two, which are deleted. Raises ``FetchFailed`` if they do not fit
    together, or what the runner raises that is not their fault."""
    suffix = ".mp4" if {picture.suffix, sound.suffix} <= set(_OF_MP4) else ".mkv"
    out = picture.with_name(f"joined{suffix}")
    size = picture.stat().st_size + sound.stat().st_size
    try:
        ffmpeg.run(
            _command(ffmpeg.program, picture, sound, out),
            limits=runner.Limits(_SECONDS, output_bytes=2 * size + _ROOM_BYTES),
            reads=[picture, sound],
            writes=out.parent,
            should_stop=should_stop,
        )
    except ProcessFailed as error:
        raise failures.of("site_failed") from error
    picture.unlink()
    sound.unlink()
    return out


def _command(program: str, picture: Path, sound: Path, out: Path) -> list[str]:
    kind = "mp4" if out.suffix == ".mp4" else "matroska"
    opened = [*inputs.opened(picture), *inputs.opened(sound)]
    streams = ["-map", "0:v:0", "-map", "1:a:0", "-c", "copy"]
    return [program, "-nostdin", "-hide_banner", *opened, *streams, "-f", kind, str(out)]
