"""Rate limits in the settings: ``120/minute``, or ``off``."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

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
    """All rate limits; None means no limit. ``api`` counts the requests of a user whose plan names
    no rate, ``key`` those with an API key, ``uploads`` and ``imports`` what a user begins of them.
    By IP address count ``anonymous`` API requests, those with ``wrong_keys``, and attempts to log
    in, to sign up and to reset a password. ``account`` counts the wrong passwords of an account,
    ``pictures`` new pictures by URL, by release."""

    api: Rate | None = None
    key: Rate | None = None
    uploads: Rate | None = None
    imports: Rate | None = None
    anonymous: Rate | None = None
    wrong_keys: Rate | None = None
    login: Rate | None = None
    account: Rate | None = None
    signup: Rate | None = None
    reset: Rate | None = None
    pictures: Rate | None = None

    @property
    def are_on(self) -> bool:
        """Whether anything is limited."""
        return any(getattr(self, field.name) is not None for field in fields(self))


def rates(reader: Reader) -> Rates:
    """Read all rate limits; one switch turns them off together."""
    is_on = reader.choice("VODLOOM_RATE_LIMITS", ("on", _OFF)) == "on"
    read = Rates(
        api=_rate(reader, "VODLOOM_RATE_API", "3000/minute"),
        key=_rate(reader, "VODLOOM_RATE_KEY", "2000/minute"),
        uploads=_rate(reader, "VODLOOM_RATE_UPLOADS", "300/minute"),
        imports=_rate(reader, "VODLOOM_RATE_IMPORTS", "600/minute"),
        anonymous=_rate(reader, "VODLOOM_RATE_ANONYMOUS", "300/minute"),
        wrong_keys=_rate(reader, "VODLOOM_RATE_WRONG_KEYS", "30/minute"),
        login=_rate(reader, "VODLOOM_RATE_LOGIN", "30/minute"),
        account=_rate(reader, "VODLOOM_RATE_ACCOUNT", "20/hour"),
        signup=_rate(reader, "VODLOOM_RATE_SIGNUP", "20/minute"),
        reset=_rate(reader, "VODLOOM_RATE_RESET", "20/minute"),
        pictures=_rate(reader, "VODLOOM_RATE_PICTURES", "120/minute"),
    )
    return read if is_on else Rates()


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
