"""Second factors: codes of an authenticator app, passkeys, and recovery codes.

allauth keeps them (``allauth.mfa``). Their secrets are encrypted here, and staff may be required to
have one (``VODLOOM_STAFF_MFA``).
"""

from __future__ import annotations

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from qrcode.image.svg import SvgPathImage

from accounts import audit, sealing
from accounts.models import User

PURPOSE = "second-factor"
NEEDED = "second_factor_needed"
NEEDED_SENTENCE = (
    "Staff of this site need a second factor. Add one on your account page, under Security."
)


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's adapter, with secrets sealed and names in this site's words."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": "Remove your second factors first: an address that is not confirmed"
        " yet must not be able to lock anybody out.",
        "cannot_generate_recovery_codes": "Add an authenticator app or a passkey first.",
        "incorrect_code": "This code or passkey is not right.",
        "unverified_email": "Confirm or remove your other email addresses first: see your profile.",
    }

    def encrypt(self, text: str) -> str:
        """Return a secret as it is stored."""
        return sealing.seal(text, PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        """Return a stored secret as it was."""
        return sealing.unseal(encrypted_text, PURPOSE)

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code of a URL as an SVG element for the page."""
        drawn = qrcode.make(url, image_factory=SvgPathImage, border=2)
        return str(drawn.to_string(encoding="unicode"))

    def generate_authenticator_name(self, user: User, type: str) -> str:
        """Return the name of a new passkey that was given none."""
        there = Authenticator.objects.filter(user=user, type=type).count()
        return f"Passkey {there + 1}" if there else "Passkey"


def has_one(user: User) -> bool:
    """Whether the user has an authenticator app or a passkey. Recovery codes alone are none."""
    own = Authenticator.objects.filter(user=user)
    return bool(own.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def is_missing(user: User) -> bool:
    """Whether the user must add a second factor before a log-in of theirs counts."""
    needs_one = bool(settings.STAFF_MFA_REQUIRED) and user.is_staff
    return needs_one and not has_one(user)


def reset(user: User) -> int:
    """Remove all factors of a user who lost them, and return how many there were. They log in with
    the password alone from then on."""
    count: int = Authenticator.objects.filter(user=user).delete()[0]
    if count:
        audit.record("user.second_factors_removed", user, details={"removed": count})
    return count
