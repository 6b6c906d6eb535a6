"""Invitations in the admin: make them, see what became of them, and revoke them."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts import invitations
from accounts.models import Invitation, Plan, Role, User
from config.admin.acts import Act, ActingAdmin
from config.admin.base import chip, link

_COLOURS = {"open": "processing", "used": "ready", "expired": "canceled", "revoked": "canceled"}

REVOKE = Act(
    name="revoke",
    label="Revoke",
    asks="The links stop working at once.",
    done="revoked",
    rights=("accounts.change_invitation",),
    do=lambda doing: invitations.revoke(doing.row),
    refusals={invitations.NotOpen: lambda error: f"is {error.state} already."},
    applies=lambda row: invitations.state_of(row) == Invitation.State.OPEN,
    is_dangerous=True,
)


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]  # no class at run time
    """What an invitation gives, and whether it is mailed."""

    inviter: ClassVar[User]
    role = forms.ChoiceField(required=False, help_text="What they may do. Empty: no role.")
    plan = forms.ChoiceField(required=False, help_text="Empty: the plan of all new users.")
    days = forms.IntegerField(
        initial=invitations.DAYS,
        min_value=1,
        max_value=invitations.MOST_DAYS,
        help_text="For how many days it works.",
    )
    mailed = forms.BooleanField(
        label="Mail the link", required=False, help_text="Otherwise copy it and pass it on."
    )

    class Meta:
        model = Invitation
        fields = ("email", "role", "plan", "can_upload")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = sorted(invitations.roles_to_give(self.inviter), key=Role.Name.values.index)
        self._choices("role", [(name, Role.Name(name).label) for name in roles])
        self._choices("plan", Plan.objects.order_by("name").values_list("name", "label"))

    def _choices(self, name: str, choices: Any) -> None:
        if name in self.fields:  # an invitation that was made is only shown
            cast(forms.ChoiceField, self.fields[name]).choices = [("", "None"), *choices]

    def clean_email(self) -> str:
        """Refuse the address of somebody who has an account."""
        email: str = self.cleaned_data["email"]
        if email and User.objects.with_address(email).exists():
            raise forms.ValidationError("They have an account already.")
        return email

    def clean(self) -> dict[str, Any]:
        """Refuse to mail a link to nobody."""
        cleaned = super().clean() or {}
        if cleaned.get("mailed") and not cleaned.get("email"):
            self.add_error("email", "Enter the address that the link is to be mailed to.")
        return cleaned

    def terms(self) -> invitations.Terms:
        """Return what was chosen."""
        names = ("email", "role", "plan", "can_upload", "days")
        return invitations.Terms(**{name: self.cleaned_data[name] for name in names})


class InvitationAdmin(ActingAdmin):
    """Makes invitations (the link is shown once, in the message) and revokes them."""

    empty_hint = "An invitation lets one person create an account, also when sign-up is closed."
    form = InvitationForm
    list_display = ("__str__", "role", "plan", "state", "made_by", "expires_at", "used")
    list_filter = ("role", ("used_at", admin.EmptyFieldListFilter))
    list_select_related = ("made_by", "used_by")
    search_fields = ("email", "made_by__email", "used_by__email")
    ordering = ("-id",)
    fields = ("email", "role", "plan", "can_upload", "days", "mailed")
    acts = (REVOKE,)

    def get_fields(self, request: HttpRequest, obj: Invitation | None = None) -> tuple[str, ...]:
        """Return what is entered, or what is known of an invitation."""
        if obj is None:
            return self.fields
        given = ("email", "role", "plan", "can_upload")
        return (*given, "state", "made_by", "created_at", "expires_at", "used")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Invitation | None = None
    ) -> tuple[str, ...]:
        """Nothing of an invitation is edited."""
        return self.get_fields(request, obj) if obj else ()

    def get_form(
        self,
        request: HttpRequest,
        obj: Invitation | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> type[Any]:
        """Return the form class with the current user as the inviter."""
        made = super().get_form(request, obj, change, **kwargs)
        return type(made.__name__, (made,), {"inviter": request.user})

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        """An invitation is made and revoked, never edited."""
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        """It is deleted by itself, a while after it has ended."""
        return False

    def save_model(
        self, request: HttpRequest, obj: Invitation, form: InvitationForm, change: bool
    ) -> None:
        """Make the invitation, and mail its link or show it, only this once."""
        made, secret = invitations.make(form.terms(), by=cast(User, request.user))
        obj.__dict__.update(made.__dict__)
        url = request.build_absolute_uri(reverse("account_invitation", args=[secret]))
        if form.cleaned_data["mailed"] and invitations.send(made, url):
            self.message_user(request, f"The link was mailed to {made.email}.", messages.SUCCESS)
            return
        failed = "The mail could not be sent. " if form.cleaned_data["mailed"] else ""
        said = f"{failed}Copy the link now, it is not shown again: {url}"
        self.message_user(request, said, messages.WARNING)

    @display(description="State")
    def state(self, invitation: Invitation) -> SafeString:
        """What became of it."""
        state = Invitation.State(invitations.state_of(invitation))
        return chip(_COLOURS[state], str(state.label))

    @display(description="Used by")
    def used(self, invitation: Invitation) -> SafeString | str:
        """Whom it let in."""
        return link(invitation.used_by, viewer=cast(Any, invitation).viewed_by)
