"""Checks of the programs on this machine: Python, FFmpeg."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator

from config.version import VERSION
from processing.ffmpeg import inputs, security
from processing.ffmpeg.encoding import outputs
from processing.ffmpeg.errors import MediaError
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.health.catalogue import tools as kinds
from processing.health.finding import CheckResult, well
from processing.steps import tools
from processing.workers.machine import this_machine

FFMPEG, CODECS, FIXES = "FFmpeg", "Other codecs", "FFmpeg's security fixes"
_OLDEST = (5, 1)
_ENCODERS = (
    *(encoder for codec in outputs.EVERYWHERE for encoder in outputs.encoders_of(codec)),
    *("mjpeg", "libwebp", "libwebp_anim", "pcm_s16le", "rawvideo", "wrapped_avframe"),
)
# zscale converts HDR and wide gamuts for ordinary screens. Only a build with zimg has it.
_FILTERS = (
    "zscale", "bwdif", "estdif", "scale", "fps", "trim", "tpad", "split", "setpts", "settb",
    "setsar", "setparams", "sidedata", "select", "format", "pad", "premultiply", "extractplanes",
    "lutrgb", "lutyuv", "aresample", "aformat", "pan", "join", "atrim", "apad", "asetpts",
    "adelay", "alimiter", "asplit", "asetnsamples", "volume", "tile", "concat",
)  # fmt: skip
_MUXERS = ("mp4", "nut", "framecrc", "framehash", "image2", "webp", "rawvideo", "s16le", "null")
# The codecs in most people's files. Hardly anyone would notice if a build lacked others.
_DECODERS = (
    "h264", "hevc", "vp8", "vp9", "mpeg2video", "mpeg4", "mjpeg", "prores", "dvvideo",
    "aac", "mp3float", "ac3", "eac3", "opus", "vorbis", "flac", "pcm_s16le",
)  # fmt: skip
_AV1 = ("libdav1d", "av1", "libaom-av1")


def product() -> CheckResult:
    """Return this product's version."""
    return CheckResult("Vodloom", True, VERSION)


def python() -> CheckResult:
    """Return the version of Python. With one that is too old, the code does not get this far."""
    return well("Python", ".".join(map(str, sys.version_info[:3])))


def machine() -> CheckResult:
    """Return the cores and memory that tasks may use on this machine at once."""
    return well("This machine", str(this_machine()))


def ffmpeg() -> list[CheckResult]:
    """Check that ffmpeg and ffprobe start, are new enough and have all that we use."""
    there = tools.ffmpeg()
    said = ""
    for program in (there.program, there.ffprobe):
        try:
            said = said or there.about("-version", program=program)
            there.about("-version", program=program)
        except MediaError as error:
            return [kinds.NO_FFMPEG.at(FFMPEG, program=program, error=error.message)]
    version = " ".join(said.split()[2:3])
    try:
        found = list(_wrong(there, said, version))
    except MediaError as error:
        return [kinds.NO_FFMPEG.at(FFMPEG, program=there.program, error=error.message)]
    return found or [well(FFMPEG, version)]


def _wrong(there: FFmpeg, said: str, version: str) -> Iterator[CheckResult]:
    number = security.parse(said)
    if number is not None and number[:2] < _OLDEST:
        yield kinds.FFMPEG_TOO_OLD.at(FFMPEG, version=version)
    lacking = [
        *_lacking(_ENCODERS, there.names("-encoders"), "encoder"),
        *_lacking(_FILTERS, there.names("-filters"), "filter"),
        *_lacking(_MUXERS, _each(there.names("-muxers")), "muxer"),
    ]
    if lacking:
        yield kinds.FFMPEG_LACKS.at(FFMPEG, version=version, missing=", ".join(lacking))
    demuxers = _each(there.names("-demuxers"))
    decoders = there.names("-decoders")
    unread = [
        *_lacking(inputs.FORMATS.split(","), demuxers, "demuxer"),
        *_lacking(_DECODERS, decoders, "decoder"),
        *([] if decoders & set(_AV1) else ["the decoder av1"]),
    ]
    if unread:
        yield kinds.FFMPEG_READS_LESS.at(FFMPEG, version=version, missing=", ".join(unread))


def _lacking(wanted: Collection[str], able: Collection[str], what: str) -> list[str]:
    return [f"the {what} {name}" for name in wanted if name not in able]


def _each(names: Collection[str]) -> frozenset[str]:
    """Return all names one by one: a format may have several, separated by commas."""
    return frozenset(",".join(names).split(","))


def other_codecs() -> CheckResult:
    """Check that FFmpeg has the encoders of the other codecs that a profile may ask for."""
    others = [one for one in (*outputs.VIDEO, *outputs.AUDIO) if one not in outputs.EVERYWHERE]
    try:
        able = tools.ffmpeg().names("-encoders")
    except MediaError:
        able = frozenset()
    found = {codec: _encoder(codec, able) for codec in others}
    told = [f"{codec} by {encoder}" for codec, encoder in found.items() if encoder]
    for codec in (codec for codec in others if not found[codec]):
        told.append(f"no {codec}, it lacks {' or '.join(outputs.encoders_of(codec))}")
    if all(found.values()):
        return well(CODECS, ", ".join(told))
    return kinds.OTHER_CODECS.at(CODECS, missing=", ".join(told).capitalize())


def _encoder(codec: str, able: Collection[str]) -> str | None:
    """Return the encoder that would be used for a codec, or None if FFmpeg has none."""
    return next((one for one in outputs.encoders_of(codec) if one in able), None)


def ffmpeg_fixes() -> CheckResult:
    """Check that FFmpeg and ffprobe have the known security fixes for flaws a file can reach."""
    try:
        there = tools.ffmpeg()
        said = [there.about("-version", program=one) for one in (there.program, there.ffprobe)]
    except MediaError:
        return kinds.FIXES.at(FIXES, verdict="not there to be judged")
    opened = inputs.DECODERS.split(",")
    verdicts = [security.judge(text, opened) for text in said]
    worst = max(verdicts, key=lambda verdict: (not verdict.well, len(verdict.lacking)))
    if worst.well:
        return well(FIXES, _told(worst))
    return kinds.FIXES.at(FIXES, verdict=_told(worst))


def _told(verdict: security.Verdict) -> str:
    if verdict.version is None:
        return "a development build, whose fixes cannot be told"
    number = ".".join(map(str, verdict.version))
    if verdict.lacking:
        return f"{number} and lacks those of {_named(verdict.lacking)}"
    if verdict.unreachable:
        return f"{number}; not reachable, since never opened: {_named(verdict.unreachable)}"
    return f"{number} lacks none that is known"


def _named(flaws: tuple[security.Flaw, ...]) -> str:
    return ", ".join(f"{flaw.cve} ({flaw.part} {flaw.name})" for flaw in flaws)
