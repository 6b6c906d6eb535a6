"""How FFmpeg and ffprobe may open files from outside: the only place that sets these limits.

A file named `.mp4` that is a playlist or an ffconcat script opens other files and addresses, unless
both the protocols and the demuxers are limited to lists.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

PROTOCOLS = "file,pipe"

# Demuxers that read only the one file they are given (looked up in FFmpeg's source). The list has
# ivf, h264, hevc and yuv4mpegpipe for bare frames, and apng for animations.
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,gif,mxf,dv,"
    "wav,w64,aiff,caf,au,mp3,flac,aac,ac3,eac3,dts,ivf,apng,"
    "h264,hevc,yuv4mpegpipe"
)

# Decoders for the formats that cameras, phones, recorders, broadcasters, editors and browsers
# write. All others are never opened: FFmpeg has hundreds, most for formats of games and of decades
# ago, and faults are found in those. FFmpeg checks the decoder's name, so libraries that decode the
# same format are listed too.
VIDEO_DECODERS = (
    "h264", "hevc", "av1", "libdav1d", "libaom-av1", "vp8", "vp9", "libvpx", "libvpx-vp9",
    "mpeg1video", "mpeg2video", "mpeg4", "msmpeg4v2", "msmpeg4", "h261", "h263", "h263i",
    "h263p", "flv", "vc1", "wmv1", "wmv2", "wmv3", "theora", "mjpeg", "prores", "dnxhd", "dvvideo",
    "cfhd", "jpeg2000", "libopenjpeg", "ffv1", "huffyuv", "ffvhuff", "utvideo", "qtrle", "svq3",
    "rawvideo", "v210", "png", "apng", "gif",
)  # fmt: skip
AUDIO_DECODERS = (
    "aac", "aac_latm", "ac3", "eac3", "dca", "truehd", "mlp", "mp1", "mp1float", "mp2",
    "mp2float", "mp3", "mp3float", "opus", "libopus", "vorbis", "libvorbis", "flac", "alac",
    "wmav1", "wmav2", "wmapro", "wmalossless", "amrnb", "amrwb", "libopencore_amrnb",
    "libopencore_amrwb", "gsm", "gsm_ms", "speex", "libspeex", "adpcm_ms", "adpcm_ima_wav",
    "adpcm_ima_qt", "adpcm_swf", "nellymoser", "pcm_alaw", "pcm_mulaw", "pcm_bluray", "pcm_dvd",
    "pcm_f32be", "pcm_f32le", "pcm_f64be", "pcm_f64le", "pcm_s16be", "pcm_s16le", "pcm_s24be",
    "pcm_s24le", "pcm_s32be", "pcm_s32le", "pcm_s8", "pcm_u8", "s302m",
)  # fmt: skip
DECODERS = ",".join((*VIDEO_DECODERS, *AUDIO_DECODERS))
# What makes text of subtitles that cannot be copied into a file of text as they are: those of MP4,
# bare text, and the captions of North American television (EIA-608). Nothing else opens them.
SUBTITLE_DECODERS = ("mov_text", "text", "cc_dec")
# Codecs with another name than their decoders.
_CALLED = {
    "dca": "dts", "flv": "flv1", "amrnb": "amr_nb", "amrwb": "amr_wb", "msmpeg4": "msmpeg4v3",
}  # fmt: skip
CODECS = frozenset(_CALLED.get(name, name) for name in (*VIDEO_DECODERS, *AUDIO_DECODERS))
"""The codecs that can be decoded, by ffprobe's names."""

# A file of letters that name no codec.
_UNKNOWN = Path(__file__).with_name("unknown.txt")
MOST_HIDDEN = 256
"""The number of letters in that file, and so the most bytes to hide in one place."""

# A frame larger than this is refused before it is allocated (8K plus room: 8192 x 8192).
MAX_PIXELS = 8192 * 8192


def guards() -> list[str]:
    """Return the input options that go before every `-i`."""
    return [
        "-protocol_whitelist",
        PROTOCOLS,
        "-format_whitelist",
        FORMATS,
        "-codec_whitelist",
        DECODERS,
        "-max_pixels",
        str(MAX_PIXELS),
    ]


def opened(
    path: Path,
    *,
    beside: Sequence[str] = (),
    hidden: Sequence[tuple[int, int]] = (),
    subtitles: bool = False,
) -> list[str]:
    """Return the guarded `-i` of one local file. The path must be absolute, so that it cannot be an
    option.

    ffprobe ends with an error if the decoder of any stream is refused. `beside` names decoders it
    may set up for streams that nobody decodes; they still may not look into packets. Where a
    decoder itself cannot be opened, ffprobe must not see the name of that codec: `hidden` lists the
    offset and the number of the bytes it gets replaced. `files` returns the files read then. Only
    with `subtitles` may FFmpeg decode those that are text.
    """
    if not path.is_absolute():
        raise ValueError("media paths must be absolute")
    allowed = ",".join((DECODERS, *beside))
    kinds = ("v", "a", "s") if beside else ()
    also = [option for kind in kinds for option in (f"-codec_whitelist:{kind}", allowed)]
    if subtitles:
        also += ["-codec_whitelist:s", ",".join(SUBTITLE_DECODERS)]
    if hidden:
        also += ["-protocol_whitelist", f"{PROTOCOLS},concat,subfile"]
        return [*guards(), *also, "-i", _without(path, hidden)]
    return [*guards(), *also, "-i", str(path)]


def files(path: Path, hidden: Sequence[tuple[int, int]] = ()) -> list[Path]:
    """Return the files that the `-i` of `opened` reads."""
    return [path, _UNKNOWN] if hidden else [path]


def _without(path: Path, hidden: Sequence[tuple[int, int]]) -> str:
    parts, at = [], 0
    for first, count in sorted(hidden):
        parts += [_part(path, at, first), _part(_UNKNOWN, 0, count)]
        at = first + count
    return "concat:" + "|".join([*parts, _part(path, at, path.stat().st_size)])


def _part(path: Path, start: int, end: int) -> str:
    return f"subfile,,start,{start},end,{end},,:{path}"


def our_own(path: Path) -> list[str]:
    """Return the `-i` of decoded audio that FFmpeg has just written itself."""
    allowed = ["-protocol_whitelist", PROTOCOLS, "-codec_whitelist", "pcm_f32le"]
    return [*allowed, "-f", "nut", "-i", str(path)]


def refused_decoders(log: str) -> tuple[str, ...]:
    """Return the decoders that FFmpeg's log says are not on the list, each once."""
    found = re.findall(r"^\[(\w{1,32}) @ 0x\w+\] Codec \(\1\) not on whitelist", log, re.MULTILINE)
    return tuple(dict.fromkeys(found))


def own_picture(path: Path) -> list[str]:
    """Return the arguments that open a picture which we made; no character of its name is a
    pattern."""
    return ["-f", "image2", "-pattern_type", "none", "-i", str(path)]
