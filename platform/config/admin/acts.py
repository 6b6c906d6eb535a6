"""Acts: admin actions with required rights, a confirmation, and a report of the result.

An act is offered above a list and on the page of a row. It asks for a reason, acts on each chosen
row, and records who did it and why (History). A refusal is shown as a warning that names the row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import helpers
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts import audit
from accounts.rights import may
from config.admin.base import NOT_THERE, LightAdmin

AT_ONCE = 200
"""The most rows that one act takes: each is a transaction of its own."""
_NAMED = 5
_CONFIRMED = "confirmed"
SEEN = "seen-"
"""The prefix of a form field's name; the row's key follows. The field holds the row's state as it
was shown, and is sent back with an answer."""


class ReasonForm(forms.Form):
    """Asks for the reason of an act, for readers of the history."""

    reason = forms.CharField(
        label="Reason", required=False, max_length=200, help_text="For the history."
    )

    def written(self) -> str:
        """Return the reason as it is written to the history."""
        return str(self.cleaned_data.get("reason") or "")


@dataclass(frozen=True)
class Doing:
    """One row that is acted on, with the request and the form that was filled in."""

    request: HttpRequest
    row: Any
    form: Any


@dataclass(frozen=True)
class Act:
    """An admin action. ``label`` is the text of the button, ``asks`` is shown before it and
    ``done`` after it. It acts on any number of rows unless it ``takes_one``. ``refusals`` maps the
    exceptions that ``do`` raises to sentences."""

    name: str
    label: str
    asks: str
    done: str
    rights: tuple[str, ...]
    do: Callable[[Doing], object]
    refusals: Mapping[type[Exception], str | Callable[[Any], str]] = field(default_factory=dict)
    form: type[Any] = ReasonForm
    applies: Callable[[Any], bool] = lambda row: True
    is_dangerous: bool = False
    takes_one: bool = False

    def is_allowed(self, request: HttpRequest) -> bool:
        """Whether the act is offered to the user of the request."""
        return may(request.user, *self.rights)

    def refusal(self, error: Exception) -> str:
        """Return the sentence for an exception that ``do`` raised."""
        said = self.refusals.get(type(error), "was deleted meanwhile.")
        return said if isinstance(said, str) else said(error)


class ActingAdmin(LightAdmin):
    """A model's admin with acts."""

    acts: tuple[Act, ...] = ()
    change_form_template = "admin/acting_change_form.html"

    def get_acts(self, request: HttpRequest) -> list[Act]:
        """Return the acts that the user may do."""
        return [act for act in self.acts if act.is_allowed(request)]

    def page_acts(self, request: HttpRequest) -> list[Act]:
        """Return the acts that the page of a row offers."""
        return self.get_acts(request)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Return Django's actions and the acts, in Django's format."""
        actions: dict[str, Any] = super().get_actions(request)
        if IS_POPUP_VAR not in request.GET:
            for act in self.get_acts(request):
                actions[act.name] = (_runs(act), act.name, act.label)
        return actions

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Render the page of a row with the acts that apply to it."""
        row = kwargs.get("obj")
        acts = [act for act in self.page_acts(request) if row is not None and act.applies(row)]
        more = {
            "acts": acts,
            "acts_url": self.list_url(),
            "selected": helpers.ACTION_CHECKBOX_NAME,
        }
        return super().render_change_form(request, context | more, *args, **kwargs)

    def run_act(
        self, act: Act, request: HttpRequest, queryset: QuerySet[Any]
    ) -> HttpResponse | None:
        """Ask for confirmation, or act if it was given."""
        rows = list(queryset[: AT_ONCE + 1])
        if len(rows) > AT_ONCE:
            said = f"That is more than {AT_ONCE} at once. Choose fewer."
            self.message_user(request, said, messages.WARNING)
            return None
        if not rows or (act.takes_one and len(rows) > 1):
            self.message_user(request, "Choose one." if rows else NOT_THERE, messages.WARNING)
            return None
        if _CONFIRMED in request.POST:
            form = act.form(request.POST)
        else:
            # What the page already knows, such as the second of a still, need not be typed again.
            form = act.form(initial=request.POST.dict())
        if not form.is_valid():
            return self._ask(act, request, rows, form)
        self._tell(act, request, *self._do(act, request, rows, form))
        return None

    def _do(
        self, act: Act, request: HttpRequest, rows: Iterable[Any], form: Any
    ) -> tuple[list[Any], list[str]]:
        """Act on each row in a transaction of its own, which also writes its history entry; return
        the rows that were done and the sentences about those that were refused."""
        done, refused = [], []
        said = ": ".join(filter(None, (act.label, form.written())))
        refusals: tuple[type[Exception], ...] = (*act.refusals, ObjectDoesNotExist)
        for row in rows:
            name = self.title_of(row)
            try:
                with transaction.atomic(), audit.because(form.written()):
                    act.do(Doing(request, row, form))
                    audit.unless_told(f"{audit.kind_of(row)}.{act.name}", row)
                    self.log_change(request, row, said)
            except refusals as error:
                refused.append(f"“{name}”: {act.refusal(error)}")
            else:
                done.append(row)
        return done, refused

    def _tell(self, act: Act, request: HttpRequest, done: list[Any], refused: list[str]) -> None:
        if done:
            names = self.model._meta.verbose_name if len(done) == 1 else None
            names = names or self.model._meta.verbose_name_plural
            self.message_user(request, f"{len(done)} {names} {act.done}.", messages.SUCCESS)
        for said in refused[:_NAMED]:
            self.message_user(request, said, messages.WARNING)
        if len(refused) > _NAMED:
            said = f"{len(refused) - _NAMED} more could not be done either."
            self.message_user(request, said, messages.WARNING)

    def _ask(self, act: Act, request: HttpRequest, rows: list[Any], form: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": act.label,
            "act": act,
            "rows": rows,
            "names": [self.title_of(row) for row in rows],
            "stood": _stood(request, rows),
            "form": form,
            "opts": self.model._meta,
            "selected": helpers.ACTION_CHECKBOX_NAME,
            "confirmed": _CONFIRMED,
            "back": request.get_full_path(),
            "list_url": self.list_url(),
        }
        return TemplateResponse(request, "admin/confirm_act.html", context)


def _stood(request: HttpRequest, rows: list[Any]) -> list[tuple[str, str]]:
    """Return the moderation state of each row when the question was first asked, by the name of its
    form field. The answer sends it back, so that a decision made meanwhile is noticed."""
    names = [f"{SEEN}{row.pk}" for row in rows if hasattr(row, "moderation")]
    now = [row.moderation for row in rows if hasattr(row, "moderation")]
    return [(name, request.POST.get(name, state)) for name, state in zip(names, now, strict=True)]


def _runs(act: Act) -> Callable[[Any, HttpRequest, QuerySet[Any]], HttpResponse | None]:
    def run(
        modeladmin: ActingAdmin, request: HttpRequest, queryset: QuerySet[Any]
    ) -> HttpResponse | None:
        return modeladmin.run_act(act, request, queryset)

    return run
