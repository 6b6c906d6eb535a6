"""The pages of webhooks: the list of one's own, and each with the log of its messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Min, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import verification
from accounts.models import User
from videos.models import WebhookDelivery, WebhookEndpoint
from videos.pages.account.webhook_forms import ReplayForm, WebhookForm
from videos.webhooks import addresses, endpoints, hearing, replays

_SHOWN = 50
_OFF = "This webhook is off. Turn it on first."
_TOO_MANY = f"You have {endpoints.MOST_OF_ONE} webhooks. Delete one that nothing uses first."
_ASTRAY = {"code": addresses.FORBIDDEN, "sentence": addresses.LEADS_ASTRAY}
_UNCONFIRMED = "Confirm your email address first: see your profile."


@require_safe
@never_cache
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Show one's own webhooks."""
    return _page(request)


@require_POST
@never_cache
@login_required
def create(request: HttpRequest) -> HttpResponse:
    """Create a webhook; its secret is shown in this answer only."""
    user = cast(User, request.user)
    form = WebhookForm(user, request.POST)
    if form.is_valid():
        try:
            verification.require_verified(user)
            endpoint, secret = endpoints.create(user, **form.cleaned_data)
        except endpoints.TooManyWebhooks:
            form.add_error(None, _TOO_MANY)
        except verification.EmailNotVerified:
            form.add_error(None, _UNCONFIRMED)
        else:
            return _one(request, endpoint, secret=secret)
    return _page(request, form=form)


@require_safe
@never_cache
@login_required
def one(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Show a webhook with the log of its messages."""
    return _one(request, _own(request, webhook_id))


@require_POST
@never_cache
@login_required
def change(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Change a webhook."""
    endpoint = _own(request, webhook_id)
    form = WebhookForm(cast(User, request.user), request.POST)
    if not form.is_valid():
        return _one(request, endpoint, form=form)
    endpoints.change(endpoint.pk, **form.cleaned_data)
    return _back(request, endpoint, "The webhook is saved.")


@require_POST
@login_required
def turn(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Turn a webhook on or off."""
    endpoint = _own(request, webhook_id)
    on = request.POST.get("on") == "yes"
    try:
        endpoints.change(endpoint.pk, enabled=on)
    except endpoints.OffByStaff:
        asked = "Staff of this site turned it off. Ask them to turn it on."
        return _back(request, endpoint, asked, is_refusal=True)
    said = "on. It hears of what happens from now on" if on else "off. Nothing is sent to it"
    return _back(request, endpoint, f"The webhook is {said}.")


@require_POST
@never_cache
@login_required
def rotate(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Give a webhook a new secret, which is shown in this answer only."""
    endpoint = _own(request, webhook_id)
    secret = endpoints.rotate(endpoint.pk)
    return _one(request, _own(request, webhook_id), secret=secret, is_rotated=True)


@require_POST
@login_required
def delete(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Delete a webhook."""
    endpoint = _own(request, webhook_id)
    endpoints.delete(endpoint.pk)
    messages.success(request, f"The webhook “{endpoint}” is deleted.")
    return redirect("account_webhooks")


@require_POST
@login_required
def test(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Send a test event."""
    endpoint = _own(request, webhook_id)
    try:
        replays.send_test(endpoint.pk)
    except replays.WebhookOff:
        return _back(request, endpoint, _OFF, is_refusal=True)
    said = "A test event is on its way. Load this page again in a moment to see the answer."
    return _back(request, endpoint, said)


@require_POST
@never_cache
@login_required
def replay(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Send the events of a time span again."""
    endpoint = _own(request, webhook_id)
    form = ReplayForm(request.POST)
    if not form.is_valid():
        return _one(request, endpoint, replay_form=form)
    try:
        done = replays.replay(endpoint.pk, form.span())
    except replays.WebhookOff:
        return _back(request, endpoint, _OFF, is_refusal=True)
    count = f"{done.deliveries} event{'' if done.deliveries == 1 else 's'}"
    if done.position is None:
        return _back(request, endpoint, f"{count} will be sent again.")
    messages.success(request, f"{count} will be sent again. There are more: go on below.")
    rest = ReplayForm(initial={**form.cleaned_data, "after": done.position})
    return _one(request, endpoint, replay_form=rest, goes_on=True)


@require_POST
@login_required
def send_again(request: HttpRequest, webhook_id: UUID, delivery_id: UUID) -> HttpResponse:
    """Send a message again."""
    endpoint = _own(request, webhook_id)
    delivery = get_object_or_404(_readable(endpoint), pk=delivery_id)
    try:
        replays.send_again(delivery)
    except replays.WebhookOff:
        return _back(request, endpoint, _OFF, is_refusal=True)
    except replays.OnItsWay:
        return _back(request, endpoint, "It is being sent at the moment.", is_refusal=True)
    return _back(request, endpoint, f"“{delivery.event}” will be sent again at once.")


def _own(request: HttpRequest, webhook_id: UUID) -> WebhookEndpoint:
    return get_object_or_404(endpoints.of(cast(User, request.user)), pk=webhook_id)


def _back(
    request: HttpRequest, endpoint: WebhookEndpoint, said: str, *, is_refusal: bool = False
) -> HttpResponse:
    (messages.warning if is_refusal else messages.success)(request, said)
    return redirect("account_webhook", endpoint.pk)


def _page(request: HttpRequest, **more: Any) -> HttpResponse:
    user = cast(User, request.user)
    waiting = WebhookDelivery.objects.filter(endpoint=OuterRef("pk"), state="pending")
    soonest = waiting.order_by().values("endpoint").annotate(at=Min("next_at")).values("at")
    found = endpoints.of(user).annotate(next_at=Subquery(soonest)).order_by("-pk")
    context = {"webhooks": found, "form": WebhookForm(user), "astray": _ASTRAY}
    return render(request, "account/webhooks.html", context | more)


def _one(request: HttpRequest, endpoint: WebhookEndpoint, **more: Any) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in WebhookDelivery.State.values else ""
    rows = list(_log(endpoint, state, request.GET.get("before", ""))[: _SHOWN + 1])
    context = {
        "webhook": endpoint,
        "astray": _ASTRAY,
        "form": WebhookForm.of(endpoint),
        "replay_form": ReplayForm(),
        "deliveries": [_with_moments(row) for row in rows[:_SHOWN]],
        "before": rows[_SHOWN - 1].pk if len(rows) > _SHOWN else None,
        "state": state,
        "states": WebhookDelivery.State.choices,
    }
    return render(request, "account/webhook.html", context | more)


def _with_moments(row: WebhookDelivery) -> WebhookDelivery:
    row.attempts = [{**one, "at": datetime.fromisoformat(one["at"])} for one in row.attempts]
    return row


def _readable(endpoint: WebhookEndpoint) -> QuerySet[WebhookDelivery]:
    known = hearing.is_known_to(endpoint.owner)
    return WebhookDelivery.objects.filter(known, endpoint=endpoint)


def _log(endpoint: WebhookEndpoint, state: str, before: str) -> QuerySet[WebhookDelivery]:
    found = _readable(endpoint).order_by("-pk")
    if state:
        found = found.filter(state=state)
    try:
        return found.filter(pk__lt=UUID(before)) if before else found
    except ValueError:
        return found
