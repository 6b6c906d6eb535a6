"""The profiles there are, by name; a run keeps a copy of its own."""

from dataclasses import replace

from processing.ffmpeg.ladder import DEFAULT, Profile, Step

FAST = replace(
    DEFAULT,
    name="fast",
    preset="ultrafast",
    rungs=tuple(step for step in DEFAULT.rungs if step.short_side in (720, 360)),
)
QUALITY = replace(
    DEFAULT,
    name="quality",
    preset="medium",
    rungs=tuple(
        Step(step.short_side, step.crf - 2, round(step.maxrate * 1.3)) for step in DEFAULT.rungs
    ),
    audio_bitrate=192_000,
)
AUDIO = replace(DEFAULT, name="audio", rungs=())

PROFILES: dict[str, Profile] = {
    profile.name: profile for profile in (DEFAULT, FAST, QUALITY, AUDIO)
}


class NoSuchProfile(Exception):
    """Raised when no profile has this name."""


def named(name: str) -> Profile:
    """The profile of a name."""
    try:
        return PROFILES[name]
    except KeyError as error:
        raise NoSuchProfile(name) from error
