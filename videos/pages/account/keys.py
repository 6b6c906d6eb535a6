"""The page of one's own API keys."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import api_keys
from accounts.key_forms import KeyForm
from accounts.models import ApiKey, User

_SHOWN = 500  # more than users may make here; the admin may issue more
_TOO_MANY = (
    f"These are {api_keys.MOST_OF_ONE} keys, with those you revoked today. Revoke one that nothing"
    " uses, or come back tomorrow."
)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def keys(request: HttpRequest) -> HttpResponse:
    """List one's keys; a POST makes one, whose secret is shown in this answer only."""
    if request.method != "POST":
        return _page(request)
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form)
    name = form.cleaned_data["name"]
    try:
        _, secret = api_keys.make(cast(User, request.user), name=name, terms=form.terms())
    except api_keys.TooManyKeys:
        form.add_error("name", _TOO_MANY)
        return _page(request, form=form)
    return _page(request, secret=secret, secret_name=name)


@require_POST
@login_required
def revoke(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Revoke one of one's own keys."""
    key = get_object_or_404(ApiKey, pk=key_id, user=cast(User, request.user))
    api_keys.revoke(key)
    messages.success(request, f"The key “{key.name}” is revoked. Nothing can use it any more.")
    return redirect("account_keys")


def _page(request: HttpRequest, *, form: KeyForm | None = None, **more: Any) -> HttpResponse:
    user = cast(User, request.user)
    rows = user.api_keys.filter(revoked_at=None).order_by("-pk")[:_SHOWN]
    context = {"form": form or KeyForm(), "keys": rows, "own_id": user.pk}
    return render(request, "account/keys.html", context | more)
