"""The addresses that generators call: whose they are, and the settings of what comes of them.

A token in the address's query names its row and is signed, so that a forged one is refused before
the database is asked.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse

from accounts import audit
from accounts.models import User
from processing import profiles
from videos.folders import NoSuchFolder
from videos.ingest.hooks import GENERATORS
from videos.ingest.hooks.generator import Generator
from videos.ingest.settings import VideoSettings
from videos.ingest.uploads import UploadNotAllowed
from videos.models import Folder, HookAddress

_SALT = "vodloom.hook.address"
SETTINGS = (*("visibility", "folder", "tags", "metadata", "profile", "original", "on_duplicate"),)
"""The settings that an address can give to its videos."""


class AddressUnknown(Exception):
    """Raised for a token that was not issued here, was revoked, or whose user may not upload."""


class NoSecretSet(Exception):
    """Raised when a generator's reports could not be verified, as the operator has set no
    secret."""


def create(owner: User, generator: Generator, settings: VideoSettings) -> HookAddress:
    """Create an address for a generator's reports.

    Raises ``NoSecretSet``, ``UploadNotAllowed``, ``NoSuchFolder`` or ``profiles.NoSuchProfile``.
    """
    if not owner.may_upload:
        raise UploadNotAllowed
    if settings.folder and not _has_folder(owner, settings.folder):
        raise NoSuchFolder
    if settings.profile:
        profiles.named(settings.profile)
    address = HookAddress(owner=owner, source=generator.name, settings=_to_json(settings))
    if not generator.secrets(address.pk):
        raise NoSecretSet
    with transaction.atomic():
        address.save(force_insert=True)
        audit.record("hook_address.created", address, details={"source": address.source})
    return address


def secret_of(address: HookAddress) -> str | None:
    """Return the secret that signs reports to this address, if it has one of its own."""
    generator = GENERATORS[address.source]
    return generator.secrets(address.pk)[0] if generator.has_own_secrets else None


def token_of(address: HookAddress) -> str:
    """Return the address's token."""
    name = base64.urlsafe_b64encode(address.pk.bytes).rstrip(b"=").decode()
    return Signer(salt=_SALT).sign(name)


def path_of(address: HookAddress) -> str:
    """Return the address's path and query at this site."""
    return f"{reverse('hook', args=[address.source])}?{urlencode({'for': token_of(address)})}"


def id_in(token: str) -> UUID:
    """Return the id of the address that a token names; raises ``AddressUnknown``. Whether the
    address is still there is not asked."""
    try:
        name = Signer(salt=_SALT).unsign(token)
        return UUID(bytes=base64.urlsafe_b64decode(f"{name}=="))
    except (BadSignature, binascii.Error, ValueError) as error:
        raise AddressUnknown from error


def standing(address_id: UUID, generator: Generator) -> HookAddress:
    """Return an address that may be reported to; raises ``AddressUnknown``."""
    found = HookAddress.objects.select_related("owner").filter(
        pk=address_id, source=generator.name, revoked_at=None, owner__is_active=True
    )
    address = found.first()
    if address is None or not address.owner.may_upload:
        raise AddressUnknown
    return address


def revoke(address: HookAddress) -> None:
    """Refuse further reports to an address; those that have been received are still acted upon."""
    with transaction.atomic():
        standing = HookAddress.objects.filter(pk=address.pk, revoked_at=None)
        if standing.update(revoked_at=Now()):
            audit.record("hook_address.revoked", address, details={"source": address.source})


def settings_of(address: HookAddress) -> VideoSettings:
    """Return the settings for a video now. A folder or profile that is gone in the meantime is left
    out: a generator's output cannot be had again later."""
    kept = _from_json(address.settings)
    if kept.folder and not _has_folder(address.owner, kept.folder):
        kept = replace(kept, folder=None)
    if kept.profile and not _has_profile(kept.profile):
        kept = replace(kept, profile="")
    return kept


def _has_folder(owner: User, folder: UUID) -> bool:
    return Folder.objects.filter(pk=folder, owner=owner).exists()


def _has_profile(name: str) -> bool:
    try:
        profiles.named(name)
    except profiles.NoSuchProfile:
        return False
    return True


def _to_json(settings: VideoSettings) -> dict[str, Any]:
    told = {name: getattr(settings, name) for name in SETTINGS}
    told["folder"] = str(settings.folder) if settings.folder else None
    told["tags"], told["metadata"] = list(settings.tags), dict(settings.metadata)
    return told


def _from_json(kept: Mapping[str, Any]) -> VideoSettings:
    known = {name: kept[name] for name in SETTINGS if name in kept}
    known["tags"] = tuple(known.get("tags", ()))
    known["folder"] = UUID(known["folder"]) if known.get("folder") else None
    return VideoSettings(**known)
