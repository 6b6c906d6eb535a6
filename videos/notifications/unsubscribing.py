"""Links in mails that turn off mails of their kinds, without a log-in (RFC 8058).

A link is signed and stays good, since mails are kept for years. It can do nothing else.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.signing import BadSignature, Signer

from accounts.models import User
from config import site_address
from videos.notifications import choices

_SALT = "vodloom.notifications.off"


class LinkWrong(Exception):
    """Raised for a link that was not made here, or whose user is gone."""


@dataclass(frozen=True)
class Off:
    """Whose mails a link turns off, and of which kinds."""

    user: User
    kinds: tuple[str, ...]


def link(user_id: UUID, kinds: Iterable[str]) -> str:
    """Return the link that turns off mails of these kinds."""
    return site_address.page("notifications_off", token(user_id, kinds))


def token(user_id: UUID, kinds: Iterable[str]) -> str:
    """Return the part of the link that names user and kinds."""
    name = base64.urlsafe_b64encode(user_id.bytes).rstrip(b"=").decode()
    return Signer(salt=_SALT).sign(".".join([name, *sorted(set(kinds))]))


def meant_by(token: str) -> Off:
    """Return what a link turns off; raises ``LinkWrong``."""
    try:
        name, *kinds = Signer(salt=_SALT).unsign(token).split(".")
        user = User.objects.get(pk=UUID(bytes=base64.urlsafe_b64decode(f"{name}==")))
    except (BadSignature, binascii.Error, ValueError, User.DoesNotExist) as error:
        raise LinkWrong from error
    return Off(user, tuple(kind for kind in kinds if kind in choices.KINDS))


def turn_off(off: Off) -> None:
    """Turn the mails off; doing it twice changes nothing."""
    choices.switch_off(off.user, "mail", off.kinds)
