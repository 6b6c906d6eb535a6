"""Users and their API keys in the admin."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts import api_keys, verification
from accounts.models import ApiKey, User

admin.site.unregister(Group)
# allauth's own page of addresses says nothing that the user's does not.
admin.site.unregister(EmailAddress)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg]
    """Users, by email."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    ordering = ("email",)
    list_display = ("email", "plan", "is_active", "is_staff", "can_upload", "last_login")
    list_filter = ("plan", "is_active", "is_staff", "can_upload")
    search_fields = ("email", "first_name", "last_name")
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "password", "first_name", "last_name")}),
        ("May", {"fields": ("plan", "is_active", "can_upload", "is_staff", "is_superuser")}),
        ("Rights", {"fields": ("user_permissions",), "classes": ("collapse",)}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "password1", "password2")}),)
    filter_horizontal = ("user_permissions",)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Whoever writes an address here answers for it."""
        super().save_model(request, obj, form, change)
        if not change or "email" in form.changed_data:
            verification.trust(obj)


@admin.register(ApiKey)
class ApiKeyAdmin(ModelAdmin):
    """Issue a key (the secret is shown once, in the message), revoke keys."""

    list_display = ("name", "user", "hint", "created_at", "last_used_at", "revoked_at")
    list_filter = ("revoked_at",)
    search_fields = ("name", "hint", "user__email")
    autocomplete_fields = ("user",)
    fields = ("user", "name", "hint", "created_at", "last_used_at", "revoked_at")
    readonly_fields = ("hint", "created_at", "last_used_at", "revoked_at")
    actions = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """A key is issued and revoked, never edited."""
        return obj is None and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: ApiKey, form: object, change: bool) -> None:
        """Issue the key and show its secret, this once."""
        key, secret = api_keys.issue(obj.user, name=obj.name)
        obj.__dict__.update(key.__dict__)
        self.message_user(
            request, f"Copy it now, it is not shown again: {secret}", messages.WARNING
        )

    @admin.action(description="Revoke")
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """End the chosen keys at once."""
        for key in queryset:
            api_keys.revoke(key)
