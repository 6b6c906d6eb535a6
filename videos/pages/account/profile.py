"""The account page: profile and email addresses. Each form has its own URL."""

from typing import Any, cast

from allauth.account import views as allauth
from allauth.account.internal.flows.manage_email import sync_user_email_address
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import profile
from accounts.adapter import MailUnavailable
from accounts.forms import AddEmailForm, ProfileForm
from accounts.models import User
from videos.moderation import policy


@require_safe
@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Show one's whole account on one page."""
    return _page(request)


@require_POST
@never_cache
@login_required
def save_profile(request: HttpRequest) -> HttpResponse:
    """Change one's own name."""
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _page(request, profile_form=form)
    profile.rename(cast(User, request.user), form.cleaned_data["name"])
    messages.success(request, "Your name is saved.")
    return redirect("account")


class EmailsView(allauth.EmailView):  # type: ignore[misc]  # allauth has no types
    """allauth's email management, with its answers on the account page."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Redirect to the account page, which shows the addresses."""
        return redirect(reverse("account") + "#emails")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Add, confirm or remove an address, or make it the one to log in with."""
        try:
            return cast(HttpResponse, super().post(request, *args, **kwargs))
        except MailUnavailable as error:
            messages.error(request, str(error))
            return redirect("account")
        except IntegrityError:
            messages.error(
                request, "Your addresses changed at the same moment. Look at them again."
            )
            return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        """Return the part of the account page that holds the form."""
        return reverse("account") + "#emails"

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        """Show the account page with the form's errors."""
        return _page(self.request, email_form=form)

    def _action_send(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | None:
        answer = super()._action_send(request, *args, **kwargs)
        if not self._did_send_verification_email:
            messages.warning(
                request,
                "A mail was sent there a moment ago. Look into the spam folder too,"
                " or ask again in a few minutes.",
            )
        return cast("HttpResponse | None", answer)


class ConfirmView(allauth.ConfirmEmailView):  # type: ignore[misc]  # allauth has no types
    """allauth's confirmation by mailed link; using a link twice shows a page that says so."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Confirm the address. Answer 404 if the link no longer works (it was used already), or 409
        if another account has confirmed the address."""
        try:
            return cast(HttpResponse, super().post(*args, **kwargs))
        except (Http404, IntegrityError) as error:
            answer = cast(HttpResponse, self.get(*args, **kwargs))
            answer.status_code = 404 if isinstance(error, Http404) else 409
            return answer


confirm_email = never_cache(ConfirmView.as_view())
emails = never_cache(login_required(EmailsView.as_view()))


def _page(request: HttpRequest, **more: Any) -> HttpResponse:
    user = cast(User, request.user)
    context = {
        "profile_form": ProfileForm(initial={"name": user.get_full_name()}),
        "email_form": AddEmailForm(user=user),
        "addresses": _addresses(user),
        "can_add_email": EmailAddress.objects.can_add_email(user),
        "looked_at": policy.sentence(user),
    }
    return render(request, "account/account.html", context | more)


def _addresses(user: User) -> list[dict[str, Any]]:
    """Return the addresses, each with the possible actions; an action that would be refused is not
    offered."""
    sync_user_email_address(user)  # users made in the admin have no address yet
    rows = list(EmailAddress.objects.filter(user=user).order_by("-primary", "email"))
    any_verified = any(row.verified for row in rows)
    return [_address(row, user, any_verified=any_verified) for row in rows]


def _address(row: EmailAddress, user: User, *, any_verified: bool) -> dict[str, Any]:
    logs_in = row.primary or row.email == user.email
    return {
        "email": row.email,
        "primary": logs_in,
        "verified": row.verified,
        "may_become_primary": not logs_in and (row.verified or not any_verified),
        "may_be_removed": not logs_in,
    }
