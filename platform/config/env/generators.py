"""The settings of AI generators whose webhooks are taken in."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from config.env.reader import Reader

_SECRETS, _TOKEN = "VODLOOM_REPLICATE_SECRETS", "VODLOOM_REPLICATE_TOKEN"
_PREFIX = "whsec_"
_LEAST_BYTES = 16


@dataclass(frozen=True)
class Generators:
    """``replicate_secrets`` are the signing secrets of the Replicate account (``whsec_…``), several
    while one rotates; ``replicate_token`` is an API token of it, empty if jobs are not asked
    about."""

    replicate_secrets: tuple[str, ...]
    replicate_token: str


def generators(reader: Reader) -> Generators:
    """Read the settings of the generators."""
    secrets = reader.words(_SECRETS, secret=True)
    if not all(map(_is_secret, secrets)):
        reader.fault(
            _SECRETS,
            "has an entry that is no signing secret: each begins with whsec_, followed by base64, "
            "as Replicate shows it.",
        )
    token = reader.text(_TOKEN, secret=True)
    if token and (not token.isascii() or " " in token):
        reader.fault(_TOKEN, "must be ASCII without blanks, to be sent in a header.")
    return Generators(tuple(secrets), token)


def _is_secret(text: str) -> bool:
    if not text.startswith(_PREFIX):
        return False
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX) + "==", validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(key) >= _LEAST_BYTES
