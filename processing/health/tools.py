"""Checks of the programs on this machine: Python, FFmpeg, the sandbox."""

import sys
from collections.abc import Collection

from django.conf import settings

from processing.ffmpeg import inputs, security
from processing.ffmpeg.encoding import outputs
from processing.ffmpeg.errors import MediaError
from processing.health.finding import Finding
from processing.steps import tools
from processing.workers.machine import this_machine

_ENCODERS = tuple(encoder for codec in outputs.EVERYWHERE for encoder in outputs.encoders_of(codec))
# Turns HDR and wide gamuts into what every screen shows; in FFmpeg only if built with zimg.
_FILTERS = ("zscale", "bwdif")


def python() -> Finding:
    """The interpreter is new enough."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= (3, 11), version, "Use Python 3.11 or later.")


def machine() -> Finding:
    """What tasks may use here at once."""
    return Finding("This machine", True, str(this_machine()))


def ffmpeg() -> Finding:
    """ffmpeg and ffprobe start and have the encoders and filters we use."""
    hint = "Install FFmpeg with libx264 and zimg (apt-get install ffmpeg), or set VODLOOM_FFMPEG."
    try:
        there = tools.ffmpeg()
        version = there.about("-version")
        able = there.names("-encoders") | there.names("-filters")
        there.about("-version", program=there.ffprobe)
    except MediaError as error:
        return Finding("FFmpeg", False, error.message, hint)
    missing = [name for name in (*_ENCODERS, *_FILTERS) if name not in able]
    found = " ".join(version.split()[:3])
    detail = f"{found}, lacks {', '.join(missing)}" if missing else found
    return Finding("FFmpeg", not missing, detail, hint)


def other_codecs() -> Finding:
    """FFmpeg has the encoders of codecs that a profile may ask for besides."""
    name, hint = "Other codecs", "Only profiles that ask for one need it: install such an FFmpeg."
    others = [one for one in (*outputs.VIDEO, *outputs.AUDIO) if one not in outputs.EVERYWHERE]
    try:
        able = tools.ffmpeg().names("-encoders")
    except MediaError as error:
        return Finding(name, False, error.message, "See FFmpeg above.", lesser=True)
    found = {codec: _encoder(codec, able) for codec in others}
    told = [f"{codec} by {encoder}" for codec, encoder in found.items() if encoder]
    for codec in (codec for codec in others if not found[codec]):
        told.append(f"no {codec}, it lacks {' or '.join(outputs.encoders_of(codec))}")
    return Finding(name, all(found.values()), ", ".join(told), hint, lesser=True)


def _encoder(codec: str, able: Collection[str]) -> str | None:
    """The encoder that would be taken of those FFmpeg lists."""
    return next((one for one in outputs.encoders_of(codec) if one in able), None)


def ffmpeg_fixes() -> Finding:
    """FFmpeg and ffprobe have the security fixes we know of, as far as a file can reach them."""
    name = "FFmpeg's security fixes"
    try:
        there = tools.ffmpeg()
        said = [there.about("-version", program=one) for one in (there.program, there.ffprobe)]
    except MediaError as error:
        return Finding(name, False, error.message, "See FFmpeg above.", lesser=True)
    opened = inputs.DECODERS.split(",")
    verdicts = [security.judge(text, opened) for text in said]
    worst = max(verdicts, key=lambda verdict: (not verdict.well, len(verdict.lacking)))
    return Finding(name, worst.well, _told(worst), _FIXES_HINT, lesser=True)


def sandbox() -> Finding:
    """FFmpeg runs where it can open nothing but its input."""
    chosen = settings.ENV.sandbox
    try:
        kind = tools.ffmpeg().sandbox.kind
    except MediaError as error:
        return Finding("Sandbox", False, error.message, _SANDBOX_HINT)
    if chosen == "off":
        return Finding("Sandbox", True, f"{kind}, since VODLOOM_SANDBOX is off")
    well = kind == "bwrap"
    detail = kind if well else f"{kind}: FFmpeg reads strangers' files beside all secrets"
    return Finding("Sandbox", well, detail, _SANDBOX_HINT, lesser=True)


_FIXES_HINT = (
    "Install a release with the fixes (Debian 13 and the container image have one), unless your "
    "distribution has put them into this one."
)
_SANDBOX_HINT = (
    "Install bubblewrap (apt-get install bubblewrap) and allow user namespaces; in a container "
    "see docs/operations.md, Sandbox."
)


def _told(verdict: security.Verdict) -> str:
    if verdict.version is None:
        return "a development build, whose fixes cannot be told"
    number = ".".join(map(str, verdict.version))
    if verdict.lacking:
        return f"{number} lacks those of {_named(verdict.lacking)}"
    if verdict.unreachable:
        return f"{number}; not reachable, since never opened: {_named(verdict.unreachable)}"
    return f"{number} lacks none that is known"


def _named(flaws: tuple[security.Flaw, ...]) -> str:
    return ", ".join(f"{flaw.cve} ({flaw.part} {flaw.name})" for flaw in flaws)
