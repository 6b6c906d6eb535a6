"""The command that writes the captions of television beside the pixels of frames (CEA-608).

FFmpeg gives them out only with each frame that it decodes, and only through its filter `movie`,
which opens the file by itself: it gets the same lists of protocols and demuxers as all inputs, and
the one stream whose decoder is on the list of decoders. FFmpeg reads the first channel.
"""

from __future__ import annotations

import re
from pathlib import Path

from processing.ffmpeg import inputs
from processing.ffmpeg.encoding.subtitles import AHEAD_MS

FORMAT = "srt"


def command(ffmpeg: str, source: Path, stream: int, file: Path) -> list[str]:
    """Return the command that writes the captions in the frames of a stream to a file of SRT, at
    the times of the source's own clock, AHEAD_MS later."""
    allowed = f"protocol_whitelist={inputs.PROTOCOLS}:format_whitelist={inputs.FORMATS}"
    options = {"filename": str(source), "streams": str(stream), "format_opts": allowed}
    told = ":".join(f"{name}={_escaped(value)}" for name, value in options.items())
    argv = [ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"]
    argv += ["-copyts", "-f", "lavfi", "-i", f"movie={told}[out0+subcc]", "-map", "0:s"]
    argv += ["-c:s", "srt", "-output_ts_offset", str(AHEAD_MS // 1000), "-f", FORMAT, str(file)]
    return argv


def _escaped(value: str) -> str:
    """Return a value as it stands in a filter, and that in a graph of filters."""
    in_filter = re.sub(r"([\\':])", r"\\\1", value)
    return re.sub(r"([\\'\[\],;])", r"\\\1", in_filter)
