"""allauth's forms of second factors, worded like the rest of the site."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator

_LONGEST_NAME = 100
_UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)


class AuthenticateForm(base.AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """A code of the authenticator app, or a recovery code, while somebody logs in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word_code(self)


class ReauthenticateForm(base.ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The same, before something sensitive is changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word_code(self)


class ActivateTOTPForm(totp.ActivateTOTPForm):  # type: ignore[misc]  # allauth has no types
    """The first code of an authenticator app, which proves that it has the secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word_code(self)


class _Answer(forms.JSONField):
    """An authenticator's answer as JSON. Django's field expects JSON that Python can hold: not
    nested thousands of times, without numbers of thousands of digits."""

    def to_python(self, value: Any) -> Any:
        """Read an answer."""
        try:
            return super().to_python(value)
        except (ValueError, RecursionError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Show none again: an answer counts once."""
        return None


class ReadsCredential:
    """Refuses what is no answer of an authenticator; allauth expects one that is complete."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = _Answer(widget=forms.HiddenInput)  # type: ignore[attr-defined]  # a form's

    def clean_credential(self) -> Any:
        """Return the passkey that the answer is of, or the answer of a new one."""
        try:
            above: Any = super()
            if hasattr(above, "clean_credential"):
                return above.clean_credential()
            return self.cleaned_data["credential"]  # type: ignore[attr-defined]  # a form's
        except _UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error

    def clean(self) -> Any:
        """Check the answer of a new passkey."""
        try:
            return super().clean()  # type: ignore[misc]  # a form's
        except _UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error


class LoginPasskeyForm(ReadsCredential, webauthn.LoginWebAuthnForm):  # type: ignore[misc]  # no types
    """A passkey that logs in alone."""


class UsePasskeyForm(ReadsCredential, webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]  # no types
    """A passkey after the password."""


class ProvePasskeyForm(ReadsCredential, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]  # no types
    """A passkey before something sensitive is changed."""


class AddPasskeyForm(ReadsCredential, webauthn.AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """The name of a new passkey, and whether it logs in by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word_name(self)
        self.fields["passwordless"].label = "Log in with this passkey alone, without the password"
        self.fields["passwordless"].help_text = ""
        self.fields["passwordless"].initial = True


class RenamePasskeyForm(webauthn.EditWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word_name(self)


def _word_code(form: Any) -> None:
    form.fields["code"].label = "Code"
    form.fields["code"].widget.attrs.pop("placeholder", None)
    form.fields["code"].widget.attrs |= {"autofocus": True, "autocapitalize": "none"}


def _word_name(form: Any) -> None:
    form.fields["name"].label = "Name"
    form.fields["name"].widget.attrs["autocomplete"] = "off"
    form.fields["name"].validators.append(MaxLengthValidator(_LONGEST_NAME))
