"""The tab of the account page about notifications: what one is told and how, and the browsers that
show messages; and the page of the link in mails."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import agents
from accounts.models import PushSubscription, User
from videos.notifications import choices, unsubscribing, wording
from videos.push import keys, subscriptions

_DIGESTS = [(minutes, words) for minutes, words in choices.DIGESTS.items()]


class ChoicesForm(forms.Form):
    """A box for each kind and channel, and how often mails may come."""

    digest_minutes = forms.TypedChoiceField(label="How often", choices=_DIGESTS, coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for channel in choices.CHANNELS:
            for kind in choices.KINDS:
                self.fields[f"{channel}-{kind}"] = forms.BooleanField(required=False)

    def wanted(self) -> dict[str, dict[str, bool]]:
        """Return what was chosen."""
        return {
            channel: {kind: self.cleaned_data[f"{channel}-{kind}"] for kind in choices.KINDS}
            for channel in choices.CHANNELS
        }

    @staticmethod
    def filled_in(chosen: choices.Choices) -> ChoicesForm:
        """Return the form as it shows the user's choices."""
        boxes = {
            f"{channel}-{kind}": chosen.wants(channel, kind)
            for channel in choices.CHANNELS
            for kind in choices.KINDS
        }
        return ChoicesForm(initial={**boxes, "digest_minutes": chosen.digest_minutes})


@require_safe
@never_cache
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Show what one is told, and how."""
    user = cast(User, request.user)
    return _page(request, ChoicesForm.filled_in(choices.of(user)))


@require_POST
@never_cache
@login_required
def save(request: HttpRequest) -> HttpResponse:
    """Change what one is told."""
    form = ChoicesForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    user = cast(User, request.user)
    choices.change(user, form.wanted(), digest_minutes=form.cleaned_data["digest_minutes"])
    messages.success(request, "Your choices are saved.")
    return redirect("account_notifications")


@require_POST
@login_required
def remove_browser(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """Stop messages to one of one's own browsers."""
    own = subscriptions.of(cast(User, request.user))
    subscriptions.unsubscribe(get_object_or_404(own, pk=subscription_id))
    messages.success(request, "That browser gets no more messages.")
    return redirect("account_notifications")


@csrf_exempt  # the link alone is the right to do it, and mail programs send the form (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def turn_off(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether mails are to stop, and stop them when the form, or a mail program, says so."""
    try:
        off = unsubscribing.meant_by(token)
    except unsubscribing.LinkWrong as error:
        raise Http404 from error
    if request.method == "POST":
        unsubscribing.turn_off(off)
    kinds = [wording.MAILS[kind] for kind in wording.ORDER if kind in off.kinds]
    context = {"kinds": kinds, "done": request.method == "POST"}
    return render(request, "account/notifications_off.html", context)


def _page(request: HttpRequest, form: ChoicesForm) -> HttpResponse:
    user = cast(User, request.user)
    context = {
        "form": form,
        "rows": [
            (wording.MAILS[kind], [form[f"{channel}-{kind}"] for channel in choices.CHANNELS])
            for kind in reversed(wording.ORDER)
        ],
        "browsers": [_shown(one) for one in subscriptions.of(user)],
        "push_key": keys.public(),
    }
    return render(request, "account/notifications.html", context)


def _shown(browser: PushSubscription) -> dict[str, Any]:
    about = ("pk", "endpoint_sha256", "created_at", "last_used_at")
    found = {name: getattr(browser, name) for name in about}
    return {**found, "name": agents.name_of(browser.user_agent)}
