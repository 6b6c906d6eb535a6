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

from accounts import signup_domains
from accounts.models import ApiKey, User


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
        """One that may sign up here; whether it is taken is not told."""
        signup_domains.require(self.cleaned_data["email"])
        email: str = super().clean_email()
        return email

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """As long for an address that is taken as for a new one, whose password is hashed. One that
        somebody else took at the same moment is taken."""
        if not self.account_already_exists:
            try:
                return self.save(request), None
            except IntegrityError:
                self.account_already_exists = True
        else:
            make_password(self.cleaned_data["password1"])
        saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return saved

    def save(self, request: HttpRequest) -> User:
        """The user and the address that is still to be confirmed, or neither: a user without
        addresses would count as made by the operator, and has nothing to confirm."""
        adapter = get_adapter(request)
        # Hashing takes long: others may write meanwhile.
        user: User = adapter.save_user(request, adapter.new_user(request), self, commit=False)
        with transaction.atomic():
            user.save()
            address = EmailAddress.objects.create(user=user, email=user.email, primary=True)
        EmailAddress.objects.fill_cache_for_user(user, [address])
        return user


class ChangePasswordForm(forms.ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    """The password one has, and a new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, oldpassword="Current password")
        # The page itself says where to go who forgot it.
        self.fields["oldpassword"].help_text = ""
        _word_new_password(self)


class ResetPasswordForm(forms.ResetPasswordForm):  # type: ignore[misc]  # allauth has no types
    """Where to send the link."""

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
    """The password one has."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, password="Password")  # noqa: S106 - a label
        _begin_with(self, "password")


class AddEmailForm(forms.AddEmailForm):  # type: ignore[misc]  # allauth has no types
    """A further address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, email="Another email address")
        _bound_address(self)


class ProfileForm(django_forms.ModelForm):  # type: ignore[type-arg]  # no class at run time
    """How somebody is called here."""

    first_name = django_forms.CharField(
        label="Name",
        max_length=150,
        required=False,
        widget=django_forms.TextInput(attrs={"autocomplete": "name"}),
    )

    class Meta:
        model = User
        fields = ("first_name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["first_name"] = self.instance.get_full_name()

    def save(self, commit: bool = True) -> User:
        """The name is one field; what the admin wrote into the second is part of it."""
        user: User = self.instance
        user.last_name = ""
        if commit:
            user.save(update_fields=["first_name", "last_name"])
        return user


class ApiKeyForm(django_forms.ModelForm):  # type: ignore[type-arg]  # no class at run time
    """What a new key is for."""

    class Meta:
        model = ApiKey
        fields = ("name",)
        labels = {"name": "What the key is for"}
        widgets = {"name": django_forms.TextInput(attrs={"autocomplete": "off"})}


def _begin_with(form: Any, name: str) -> None:
    """The page is for this form alone: one types at once."""
    form.fields[name].widget.attrs["autofocus"] = True


def _bound_address(form: Any) -> None:
    """allauth cuts a longer address off, which makes it another one."""
    longest = User._meta.get_field("email").max_length
    form.fields["email"].validators.append(MaxLengthValidator(longest))


def _word_new_password(form: Any) -> None:
    _word(form, password1="New password", password2="New password again")
    form.fields["password1"].help_text = "At least 8 characters, not only digits."


def _word(form: Any, **labels: str) -> None:
    """Label the fields; what is typed is shown by its label, not by a placeholder."""
    for name, label in labels.items():
        form.fields[name].label = label
        form.fields[name].widget.attrs.pop("placeholder", None)
