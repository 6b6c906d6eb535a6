"""How often things may be asked for: ``120/minute``, or ``off``."""

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
    """So many in so many seconds."""

    number: int
    seconds: int


@dataclass(frozen=True)
class Rates:
    """Of the API by user, by the address of who has no key, and by that of who has a wrong one; of
    attempts to log in, to sign up and to have a password reset, by address. None is no bound."""

    api: Rate | None
    anonymous: Rate | None
    wrong_keys: Rate | None
    login: Rate | None
    signup: Rate | None
    reset: Rate | None


def rates(reader: Reader) -> Rates:
    """All of them."""
    return Rates(
        api=_rate(reader, "VODLOOM_RATE_API", "3000/minute"),
        anonymous=_rate(reader, "VODLOOM_RATE_ANONYMOUS", "300/minute"),
        wrong_keys=_rate(reader, "VODLOOM_RATE_WRONG_KEYS", "30/minute"),
        login=_rate(reader, "VODLOOM_RATE_LOGIN", "30/minute"),
        signup=_rate(reader, "VODLOOM_RATE_SIGNUP", "20/minute"),
        reset=_rate(reader, "VODLOOM_RATE_RESET", "20/minute"),
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
