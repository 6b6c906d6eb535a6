"""Plans in the admin, the plan in the forms of users, and what users have used of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin import display
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounts.models import Plan, User
from config.admin.base import LightAdmin, listing
from processing import profiles
from videos.quotas import Quota, amount
from videos.quotas.standing import Standing, standings

_LABELS = {
    Quota.STORED_BYTES: "stored",
    Quota.STORED_MINUTES: "of video stored",
    Quota.UPLOADS_A_DAY: "today",
    Quota.UPLOADS_AT_ONCE: "at once",
}


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """A plan; the profiles it has are chosen by their names."""

    profiles = forms.MultipleChoiceField(
        label="Encoding profiles",
        choices=lambda: [(name, name) for name in profiles.names()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Those that may be chosen; none chosen: all. The default profile always may.",
    )

    class Meta:
        model = Plan
        exclude: ClassVar[list[str]] = []


@admin.register(Plan)
class PlanAdmin(LightAdmin):
    """Plans, with how many users have each."""

    form = PlanForm
    list_display = ("label", "name", "priority", "running", "used_by")
    search_fields = ("name", "label")
    readonly_fields = ("used_by",)
    fieldsets = (
        (None, {"fields": ("label", "name", "used_by")}),
        ("Processing", {"fields": ("priority", "running", "budget", "profiles")}),
        (
            "Quotas",
            {
                "fields": (
                    *("uploads_at_once", "uploads_a_day", "stored_bytes", "stored_minutes"),
                    *("largest_file", "longest_video"),
                ),
                "description": "They hold within seconds, also at the end of uploads that have "
                "begun. Nothing that is stored is deleted for them.",
            },
        ),
        ("API", {"fields": ("api_rate",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        """Return the plans with the number of their users."""
        each = User.objects.filter(plan=OuterRef("name")).order_by().values("plan")
        count = Subquery(each.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
        rows: QuerySet[Plan] = super().get_queryset(request)
        return rows.annotate(users=Coalesce(count, 0))

    def get_readonly_fields(self, request: HttpRequest, obj: Plan | None = None) -> tuple[str, ...]:
        """Users name their plan, so its name stays."""
        return (*self.readonly_fields, "name") if obj else self.readonly_fields

    @display(description="Users", ordering="users")
    def used_by(self, plan: Any) -> SafeString | str:
        """How many users have the plan, as a link to them."""
        if plan.pk is None:
            return "0"
        return listing(User, str(plan.users), viewer=plan.viewed_by, plan=plan.name)

    def get_deleted_objects(self, objs: Iterable[Plan], request: HttpRequest) -> tuple[Any, ...]:
        """Refuse to delete plans that users have, and that of new users."""
        plans = list(objs)
        listed, counts, forbidden, protected = super().get_deleted_objects(plans, request)
        return listed, counts, forbidden, [*protected, *_kept(plans)]


def _kept(plans: Iterable[Plan]) -> list[str]:
    said = []
    for plan in plans:
        if count := User.objects.filter(plan=plan.name).count():
            has = "user has" if count == 1 else "users have"
            said.append(f"{count} {has} the plan {plan}: give them another one first.")
        elif plan.name == settings.DEFAULT_PLAN:
            said.append(f"{plan} is the plan of new users (VODLOOM_DEFAULT_PLAN).")
    return said


class ByPlan(admin.SimpleListFilter):
    """Filter users by their plan."""

    title, parameter_name = "plan", "plan"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the plans there are."""
        return named()

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        """Return the users of the chosen plan."""
        name = self.value()
        return queryset.filter(plan=name) if name else queryset


def named() -> list[tuple[str, str]]:
    """Return the plans by name and label, as choices."""
    return [(plan.name, str(plan)) for plan in Plan.objects.all()]


def field(db_field: Any) -> forms.ChoiceField:
    """Return the form field of a user's plan: one of the plans there are."""
    return forms.ChoiceField(
        choices=named, label="Plan", help_text=db_field.help_text, initial=db_field.get_default()
    )


def usage_of(user: User) -> SafeString | str:
    """Return what a user has used of each quota, a line each."""
    found = standings(user)
    lines = [(_line(quota, found[quota]),) for quota in _LABELS]
    return format_html_join("", "<div>{}</div>", lines)


def _line(quota: Quota, one: Standing) -> str:
    used = f"{amount(quota, one.used or 0)} {_LABELS[quota]}"
    return used if one.limit is None else f"{used} of {amount(quota, one.limit)}"
