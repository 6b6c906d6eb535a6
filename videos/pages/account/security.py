"""The tab Security of the account page: the password, second factors, passkeys, and open sessions.
Each form has a URL of its own; those of second factors are allauth's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from allauth.account import views as allauth
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import RedirectView

from accounts import agents, open_sessions, second_factors
from accounts.forms import ChangePasswordForm
from accounts.models import User


@dataclass(frozen=True)
class Factors:
    """A user's second factors as the page shows them; ``codes_left`` is None without recovery
    codes."""

    app: Authenticator | None
    passkeys: list[Authenticator]
    codes_left: int | None


@dataclass(frozen=True)
class ShownSession:
    """An open session as the page shows it; ``name`` tells the browser or app."""

    id: int
    name: str
    address: str
    began_at: datetime
    seen_at: datetime
    is_current: bool


@require_safe
@never_cache
@login_required
def security(request: HttpRequest) -> HttpResponse:
    """Show how one logs in, and where one is logged in."""
    return _page(request)


@require_POST
@login_required
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one of one's other sessions."""
    if not open_sessions.end(cast(User, request.user), session_id):
        raise Http404
    messages.success(request, "That session is logged out.")
    return redirect(reverse("account_security") + "#sessions")


@require_POST
@login_required
def log_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End all of one's sessions, this one too."""
    open_sessions.end_all(cast(User, request.user))
    auth.logout(request)
    messages.success(request, "You are logged out everywhere. API keys still work.")
    return redirect("account_login")


class PasswordView(allauth.PasswordChangeView):  # type: ignore[misc]  # allauth has no types
    """allauth's password change, with its answers on the page Security."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Redirect to the page, which shows the form."""
        return redirect(reverse("account_security") + "#password")

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        """Show the page with the form's errors."""
        return _page(self.request, password_form=form)


password = never_cache(login_required(PasswordView.as_view()))
# allauth leads to its own lists, all of which are on one page here.
factors = RedirectView.as_view(pattern_name="account_security")


def _page(request: HttpRequest, **more: Any) -> HttpResponse:
    user = cast(User, request.user)
    context = {
        "password_form": ChangePasswordForm(user=user),
        "factors": _factors(user),
        "must_add_one": second_factors.is_missing(user),
        "sessions": _sessions(request, user),
    }
    return render(request, "account/security.html", context | more)


def _factors(user: User) -> Factors:
    own = list(Authenticator.objects.filter(user=user).order_by("pk"))
    by_type = {one.type: one for one in own}
    codes = by_type.get(Authenticator.Type.RECOVERY_CODES)
    return Factors(
        app=by_type.get(Authenticator.Type.TOTP),
        passkeys=[one for one in own if one.type == Authenticator.Type.WEBAUTHN],
        codes_left=len(codes.wrap().get_unused_codes()) if codes else None,
    )


def _sessions(request: HttpRequest, user: User) -> list[ShownSession]:
    here = request.session.session_key
    shown = [
        ShownSession(
            one.id,
            agents.name_of(one.agent),
            one.address,
            one.began_at,
            one.seen_at,
            one.key == here,
        )
        for one in open_sessions.of(user)
    ]
    return sorted(shown, key=lambda one: not one.is_current)
