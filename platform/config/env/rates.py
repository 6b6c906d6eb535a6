"""Rate limits in the settings: ``120/minute``, or ``off``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from config.env.reader import Reader
from config.env.shown import quoted

_OFF = "off"
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_FORM = re.compile(r"([1-9][0-9]{0,8})/(second|minute|hour|day)")


@dataclass(frozen=True)
class Rate:
    """A limit of ``number`` requests in ``seconds`` seconds."""

    number: int
    seconds: int


@dataclass(frozen=True)
class Rates:
    """All rate limits; None means no limit. ``api`` counts by user, the others by IP address:
    ``anonymous`` API requests without a key, those with ``wrong_keys``, and attempts to log in, to
    sign up and to reset a password. ``pictures`` counts new pictures by URL, by release."""

    api: Rate | None
    anonymous: Rate | None
    wrong_keys: Rate | None
    login: Rate | None
    signup: Rate | None
    reset: Rate | None
    pictures: Rate | None


def rates(reader: Reader) -> Rates:
    """Read all rate limits."""
    return Rates(
        api=_rate(reader, "VODLOOM_RATE_API", "3000/minute"),
        anonymous=_rate(reader, "VODLOOM_RATE_ANONYMOUS", "300/minute"),
        wrong_keys=_rate(reader, "VODLOOM_RATE_WRONG_KEYS", "30/minute"),
        login=_rate(reader, "VODLOOM_RATE_LOGIN", "30/minute"),
        signup=_rate(reader, "VODLOOM_RATE_SIGNUP", "20/minute"),
        reset=_rate(reader, "VODLOOM_RATE_RESET", "20/minute"),
        pictures=_rate(reader, "VODLOOM_RATE_PICTURES", "120/minute"),
    )


def _rate(reader: Reader, name: str, default: str) -> Rate | None:
    text = reader.text(name, default).lower()
    if text == _OFF:
        return None
    found = _FORM.fullmatch(text)
    if found is None:
        units = ", ".join(_UNITS)
        must = f"must be a number and one of {units}, such as {default}, or {_OFF}."
        reader.fault(name, f"is {quoted(text)}; it {must}")
        found = _FORM.fullmatch(default)
    return Rate(int(found[1]), _UNITS[found[2]]) if found else None
