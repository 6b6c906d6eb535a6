"""Encrypt small secrets that must be read again, such as those of authenticator apps.

The keys are derived from ``SECRET_KEY``, one for each purpose. What ``SECRET_KEY_FALLBACKS`` sealed
can still be opened; nothing can be once its key is in neither setting.
"""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_BYTES = 32


class NotSealedHere(ValueError):
    """Raised for text that no key of this site sealed for this purpose."""


def seal(text: str, purpose: str) -> str:
    """Return the text encrypted and signed, as ASCII; only the same purpose can open it."""
    return _keys(purpose).encrypt(text.encode()).decode("ascii")


def unseal(sealed: str, purpose: str) -> str:
    """Return the text that was sealed for this purpose; raise ``NotSealedHere`` otherwise."""
    try:
        return _keys(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise NotSealedHere(purpose) from error


def _keys(purpose: str) -> MultiFernet:
    """Return the keys of a purpose, the present one first."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_derived(str(secret), purpose)) for secret in secrets])


@lru_cache(maxsize=64)
def _derived(secret: str, purpose: str) -> bytes:
    info = f"vodloom.sealed.{purpose}".encode()
    key = HKDF(algorithm=SHA256(), length=_BYTES, salt=None, info=info).derive(secret.encode())
    return base64.urlsafe_b64encode(key)
