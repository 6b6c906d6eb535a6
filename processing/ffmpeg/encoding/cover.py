"""The command that takes the cover art out of a source, as the bytes that lie in it."""

from pathlib import Path

from processing.ffmpeg import inputs


def command(ffmpeg: str, source: Path, out: Path, *, index: int) -> list[str]:
    """Return the command that copies the image of a stream into a file; nothing decodes it."""
    return [
        *[ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"],
        *["-threads", "1", *inputs.opened(source), "-map", f"0:{index}"],
        *["-map_metadata", "-1", "-c", "copy", "-frames:v", "1", "-f", "image2pipe", str(out)],
    ]
