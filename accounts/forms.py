"""allauth's forms, worded like the rest of the site."""

from typing import Any

from allauth.account import forms
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django import forms as django_forms
from django.contrib.auth.hashers import make_password
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from accounts import invitations, signup_domains
from accounts.models import Invitation, User
from accounts.profile import LONGEST_NAME
from processing.ffmpeg import names


class LoginForm(forms.LoginForm):  # type: ignore[misc]  # allauth has no types
    """Email address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {"login": "Email address", "password": "Password", "remember": "Stay logged in"}
        _word(self, **labels)
        self.fields["password"].help_text = ""
        _begin_with(self, "login")


class SignupForm(forms.SignupForm):  # type: ignore[misc]  # allauth has no types
    """Email address and a password."""

    account_already_exists: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, email="Email address", password1="Password")
        self.fields["password1"].help_text = "At least 8 characters, not only digits."
        self.fields["email"].help_text = signup_domains.sentence()
        _bound_address(self)
        _begin_with(self, "email")

    def clean_email(self) -> str:
        """Check that the address may sign up here, without revealing whether it is taken."""
        self.require_domain(self.cleaned_data["email"])
        email: str = super().clean_email()
        return email

    def require_domain(self, email: str) -> None:
        """Raise ``ValidationError`` for an address of a domain that may not sign up."""
        signup_domains.require(email)

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Save the user. A taken address takes as long as a new one: the password is hashed in
        both cases. An address that another request takes at the same moment counts as taken."""
        if not self.account_already_exists:
            try:
                return self.save(request), None
            except IntegrityError:
                self.account_already_exists = True
        else:
            make_password(self.cleaned_data["password1"])
        self.turn_away()
        saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return saved

    def save(self, request: HttpRequest) -> User:
        """Save the user together with the unconfirmed address, or neither: a user without an
        address would count as created by the operator and would have nothing to confirm."""
        adapter = get_adapter(request)
        # Hashing the password is slow, so it is done before the transaction begins.
        user: User = adapter.save_user(request, adapter.new_user(request), self, commit=False)
        with transaction.atomic():
            user.save()
            address = EmailAddress(user=user, email=user.email, primary=True)
            self.admit(user, address)
            address.save()
        EmailAddress.objects.fill_cache_for_user(user, [address])
        return user

    def admit(self, user: User, address: EmailAddress) -> None:
        """Do what else belongs to a new user, in the transaction that saves both."""

    def turn_away(self) -> None:
        """Do what else belongs to an address that has an account."""


class InvitedForm(SignupForm):
    """A password, and the address if the invitation is not for one."""

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._invitation = invitation
        self.fields["email"].help_text = ""
        if invitation.email:
            self.fields["email"].initial = self.initial["email"] = invitation.email
            self.fields["email"].disabled = True
            self.fields["email"].widget.attrs.pop("autofocus", None)
            _begin_with(self, "password1")

    def require_domain(self, email: str) -> None:
        """An invitation counts for every domain."""

    def admit(self, user: User, address: EmailAddress) -> None:
        """Use the invitation. An address that it is for counts as confirmed, on the word of whoever
        invited it. Raises ``invitations.NotOpen``."""
        address.verified = bool(self._invitation.email)
        invitations.accept(self._invitation, user)

    def turn_away(self) -> None:
        """Use the invitation up. Raises ``invitations.NotOpen``."""
        invitations.spend(self._invitation)


class ChangePasswordForm(forms.ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    """The current password, and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, oldpassword="Current password")
        # The page itself links to the reset of a forgotten password.
        self.fields["oldpassword"].help_text = ""
        _word_new_password(self)

    def clean_oldpassword(self) -> str:
        """Check the current password, counted like a log-in."""
        password: str = self.cleaned_data.get("oldpassword", "")
        get_adapter().require_password(self.user, password)
        return password


class ResetPasswordForm(forms.ResetPasswordForm):  # type: ignore[misc]  # allauth has no types
    """The address that the reset link goes to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, email="Email address")
        _begin_with(self, "email")


class ResetPasswordKeyForm(forms.ResetPasswordKeyForm):  # type: ignore[misc]  # allauth has no types
    """A new password, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word_new_password(self)
        _begin_with(self, "password1")


class ReauthenticateForm(forms.ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The current password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, password="Password")  # noqa: S106 - a label
        _begin_with(self, "password")


class AddEmailForm(forms.AddEmailForm):  # type: ignore[misc]  # allauth has no types
    """One more email address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, email="Another email address")
        _bound_address(self)


class ProfileForm(django_forms.Form):
    """The name of the user on this site."""

    name = django_forms.CharField(
        label="Name",
        max_length=LONGEST_NAME,
        required=False,
        widget=django_forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_name(self) -> str:
        """Return the name without what cannot be seen or would turn the text beside it."""
        return names.shown(self.cleaned_data["name"])


def _begin_with(form: Any, name: str) -> None:
    """Give this field the focus, since the page has no other form."""
    form.fields[name].widget.attrs["autofocus"] = True


def _bound_address(form: Any) -> None:
    """Refuse an address that is too long: allauth would cut it off, which makes it another one."""
    longest = User._meta.get_field("email").max_length
    form.fields["email"].validators.append(MaxLengthValidator(longest))


def _word_new_password(form: Any) -> None:
    _word(form, password1="New password", password2="New password again")
    form.fields["password1"].help_text = "At least 8 characters, not only digits."


def _word(form: Any, **labels: str) -> None:
    """Set the labels of the fields, and remove the placeholders that the labels replace."""
    for name, label in labels.items():
        form.fields[name].label = label
        form.fields[name].widget.attrs.pop("placeholder", None)
