"""Users, groups, API keys and mails in the admin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Count
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts import (
    api_keys,
    audit_admin,
    invitation_admin,
    issued_keys,
    owned,
    plan_admin,
    second_factors,
    verification,
)
from accounts.key_forms import KeyForm
from accounts.models import ApiKey, Invitation, OutgoingMail, User
from accounts.rights import Right, given_to, groups_within, may, may_act_for
from accounts.trust_acts import TRUST, WITHDRAW_TRUST
from config.admin.acts import Act, ActingAdmin, Doing
from config.admin.base import NOTHING, LightAdmin, ReadOnlyAdmin, chip

admin.site.unregister(Group)
admin.site.register(Invitation, invitation_admin.InvitationAdmin)
# allauth's own pages show nothing that the user's pages do not, and some of it is secret.
for model in (EmailAddress, Authenticator, UserSession):
    admin.site.unregister(model)

_RIGHTS = ("is_staff", "groups", "is_superuser", "user_permissions")


def _is_administrator(request: HttpRequest) -> bool:
    user = request.user
    return isinstance(user, User) and user.is_active and user.is_staff and user.is_superuser


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, LightAdmin):
    """Groups of staff with their permissions. Only administrators may change them: anybody else
    who could change a group could give themselves any permission."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow administrators only."""
        return _is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Allow administrators only."""
        return _is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Allow administrators only."""
        return _is_administrator(request)


class MoreThanYou(Exception):
    """Raised when somebody acts on a user who may do more than they."""


def _remove_factors(doing: Doing) -> None:
    if not may_act_for(doing.request.user, doing.row):
        raise MoreThanYou
    second_factors.reset(doing.row)


REMOVE_FACTORS = Act(
    name="remove_factors",
    label="Remove second factors",
    asks="For somebody who lost theirs, and whom you know to be who they say: from then on their "
    "password alone logs them in.",
    done="rid of second factors",
    rights=("accounts.change_user",),
    do=_remove_factors,
    refusals={MoreThanYou: "may do more than you: ask an administrator."},
    applies=second_factors.has_one,
    is_dangerous=True,
)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ActingAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """Users, by email."""

    ordering = ("email",)
    list_display = ("email", "plan", "is_active", "is_staff", "can_upload", "last_login")
    list_filter = (plan_admin.ByPlan, "is_active", "is_staff", "can_upload", "groups")
    search_fields = ("email", "first_name", "last_name")
    readonly_fields = (
        *("last_login", "date_joined", "owns", "is_confirmed", "trusted", "used", "log"),
    )
    acts = (TRUST, WITHDRAW_TRUST, REMOVE_FACTORS)
    fieldsets = (
        (
            None,
            {"fields": ("email", "is_confirmed", "password", "first_name", "last_name", "owns")},
        ),
        ("May", {"fields": ("plan", "used", "is_active", "can_upload", "trusted")}),
        (
            "Staff",
            {
                "fields": ("is_staff", "groups", "is_superuser"),
                "description": "Being staff opens the admin, and nothing else. What somebody may "
                "do there and in the API is what their groups say: Moderators, for instance.",
            },
        ),
        ("Single permissions", {"fields": ("user_permissions",), "classes": ("collapse",)}),
        ("Dates", {"fields": ("last_login", "date_joined", "log")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "password1", "password2")}),)
    filter_horizontal = ("groups", "user_permissions")

    @display(description="Confirmed", boolean=True)
    def is_confirmed(self, user: User) -> bool:
        """Whether the address is known to be theirs; users without that should not become staff."""
        return verification.is_verified(user)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Make the fields about rights read-only for all but superusers, and groups for all but
        those who may give roles."""
        kept: tuple[str, ...] = () if _is_administrator(request) else _RIGHTS
        if may(request.user, Right.GIVE_ROLE):
            kept = tuple(name for name in kept if name not in ("is_staff", "groups"))
        return (*self.readonly_fields, *kept)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only the groups whose rights the giver has."""
        if db_field.name == "groups":
            kwargs["queryset"] = groups_within(cast(User, request.user))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the plans there are."""
        if db_field.name == "plan":
            return plan_admin.field(db_field)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @display(description="Usage")
    def used(self, user: User) -> SafeString | str:
        """What the user has used of each quota."""
        return plan_admin.usage_of(user)

    @display(description="Trust")
    def trusted(self, user: User) -> SafeString | str:
        """Whether the user's new videos wait for a moderator."""
        if user.is_watched:
            return chip("failed", "Withdrawn: all new videos wait")
        return chip("ready", "Trusted") if user.trusted_at else "Not yet"

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Forbid changing the password or address of a user who has more rights than oneself."""
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (obj is None or may_act_for(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Forbid deleting a user who has more rights than oneself."""
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed and (obj is None or may_act_for(request.user, obj))

    @display(description="Audit log")
    def log(self, user: User) -> SafeString | str:
        """Links to what the user did, and to what was done to the account."""
        return audit_admin.links_about(user, viewer=cast(Any, user).viewed_by)

    @display(description="Library")
    def owns(self, user: User) -> SafeString | str:
        """The numbers of the user's videos and images, as links to them."""
        return owned.links([user]) or NOTHING

    def get_deleted_objects(self, objs: Iterable[User], request: HttpRequest) -> tuple[Any, ...]:
        """Say what to do about the videos, images and history of the users to be deleted, instead
        of listing rows."""
        users = list(objs)
        listed, counts, forbidden, protected = super().get_deleted_objects(users, request)
        if said := [*owned.kept_by(users), *_kept_by_history(users)]:
            return listed, counts, set(), said
        return listed, counts, set(forbidden) - self._history(), protected

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save the user and trust the address, since the staff member who enters it answers for
        it."""
        super().save_model(request, obj, form, change)
        if not change or "email" in form.changed_data:
            verification.trust(obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save groups and permissions, and tell the user if there are more of them."""
        had = given_to(form.instance)
        super().save_related(request, form, formsets, change)
        user = User.objects.get(pk=form.instance.pk)
        raised = [name for name in ("is_staff", "is_superuser") if name in form.changed_data]
        if any(getattr(user, name) for name in raised) or given_to(user) - had:
            issued_keys.tell_of_rights(user)

    def change_action(self, obj: User, changed: Mapping[str, Any]) -> str:
        """Return what the audit log calls a change of a user."""
        if "is_active" in changed:
            return "user.activated" if obj.is_active else "user.deactivated"
        if set(_RIGHTS).intersection(changed):
            return "user.roles_changed"
        if "plan" in changed:
            return "user.plan_changed"
        return "user.password_changed" if "password" in changed else "user.changed"

    def _history(self) -> set[str]:
        """The names of the read-only models: nobody deletes their rows by hand, and they are
        deleted together with their user."""
        registered = self.admin_site._registry.items()
        return {
            str(model._meta.verbose_name)
            for model, made in registered
            if isinstance(made, ReadOnlyAdmin)
        }


def _kept_by_history(users: list[User]) -> list[str]:
    """Return a sentence for each user who is named in the history of staff: deleting the user
    would delete these entries."""
    counted = LogEntry.objects.filter(user__in=users).order_by().values_list("user__email")
    return [
        f"{count} action{'' if count == 1 else 's'} of {email} in the history of staff: "
        "clear Active instead; then nobody can log in with it."
        for email, count in counted.annotate(Count("pk"))
    ]


REVOKE = Act(
    name="revoke",
    label="Revoke",
    asks="Programs that use these keys are refused from now on.",
    done="revoked",
    rights=("accounts.change_apikey",),
    do=lambda doing: api_keys.revoke(doing.row),
    applies=lambda key: key.revoked_at is None,
    is_dangerous=True,
)


class IssueForm(KeyForm):
    """The user a key is issued for, and what the key may do."""

    issuer: ClassVar[User]

    class Meta(KeyForm.Meta):
        fields = ("user", "name")

    def clean_user(self) -> User:
        """Refuse a user who has more rights than the issuer, since a key acts for its user."""
        user: User = self.cleaned_data["user"]
        if not may_act_for(self.issuer, user):
            raise forms.ValidationError("They may do more than you: ask an administrator.")
        return user


_TIMES = ("created_at", "expires_at", "last_used_at", "last_used_from", "revoked_at")


@admin.register(ApiKey)
class ApiKeyAdmin(ActingAdmin):
    """Issues keys (the secret is shown once, in the message) and revokes them."""

    empty_hint = "Users make keys on their account page. Here you can issue one to somebody else."
    form = IssueForm
    list_display = (
        *("name", "user", "issued_by", "hint", "may", "expires_at", "last_used_at", "revoked_at"),
    )
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    list_select_related = ("user", "issued_by")
    search_fields = ("name", "hint", "user__email")
    autocomplete_fields = ("user",)
    fields = ("user", "name", "issued_by", "hint", "may", "places", *_TIMES)
    readonly_fields = ("issued_by", "hint", "may", "places", *_TIMES)
    acts = (REVOKE,)

    @display(description="May")
    def may(self, key: ApiKey) -> str:
        """The scopes of the key."""
        return ", ".join(key.scopes)

    @display(description="From")
    def places(self, key: ApiKey) -> str:
        """The addresses it may be used from."""
        return ", ".join(key.addresses) or "everywhere"

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        """Ask for what a new key may do; show it of one that is there."""
        return self.fields if obj else ("user", "name", "allowed", "lives", "places")

    def get_readonly_fields(
        self, request: HttpRequest, obj: ApiKey | None = None
    ) -> tuple[str, ...]:
        """Leave the form of a new key open."""
        return self.readonly_fields if obj else ()

    def get_form(
        self, request: HttpRequest, obj: ApiKey | None = None, change: bool = False, **kwargs: Any
    ) -> type[Any]:
        """Return the form class with the current user as its issuer."""
        made = super().get_form(request, obj, change, **kwargs)
        return type(made.__name__, (made,), {"issuer": request.user})

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """A key is issued and revoked, never edited."""
        return obj is None and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: ApiKey, form: object, change: bool) -> None:
        """Issue the key and show its secret, only this once."""
        terms, issuer = cast(KeyForm, form).terms(), cast(User, request.user)
        key, secret = api_keys.issue(obj.user, name=obj.name, terms=terms, by=issuer)
        obj.__dict__.update(key.__dict__)
        self.message_user(
            request, f"Copy it now, it is not shown again: {secret}", messages.WARNING
        )


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    """Mails to users: sent, waiting, or given up."""

    empty_hint = "Mails about videos and webhooks appear here."
    list_display = ("about", "to", "state", "tries", "error", "created_at", "sent_at", "next_at")
    list_filter = (("sent_at", admin.EmptyFieldListFilter),)
    list_select_related = ("to",)
    search_fields = ("to__email",)
    ordering = ("-id",)
    fields = ("about", "to", "state", "tries", "error", "created_at", "sent_at", "next_at")
    readonly_fields = fields

    @display(description="About")
    def about(self, mail: OutgoingMail) -> str:
        """The subject of the mail, from the name of its template."""
        return mail.template.rsplit("/", 1)[-1].replace("_", " ").capitalize()

    @display(description="State")
    def state(self, mail: OutgoingMail) -> SafeString:
        """Whether the mail is sent, given up or waiting."""
        if mail.sent_at is not None:
            return chip("done", "Sent")
        if mail.next_at is None:
            return chip("failed", "Given up")
        return chip("queued", "Waiting")
