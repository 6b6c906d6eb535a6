"""The page of an invitation: a sign-up form for whoever holds its link."""

from __future__ import annotations

from typing import Any, cast

from allauth.account import views as allauth
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from accounts import invitations
from accounts.forms import InvitedForm
from accounts.models import Invitation

_LOGGED_IN = "logged_in"


class InvitationView(allauth.SignupView):  # type: ignore[misc]  # allauth has no types
    """allauth's sign-up, open to one person whatever the mode of sign-up."""

    template_name = "account/invited.html"
    invitation: Invitation

    def dispatch(
        self, request: HttpRequest, secret: str, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Answer with the form, or with a page that says why the link no longer works."""
        if request.user.is_authenticated:
            return _over(request, _LOGGED_IN)
        try:
            self.invitation = invitations.find(secret)
        except invitations.NotOpen as error:
            return _over(request, error.state)
        return cast(HttpResponseBase, super().dispatch(request, *args, **kwargs))

    def is_open(self) -> bool:
        """An invitation counts in every mode."""
        return True

    def get_form_class(self) -> type[InvitedForm]:
        """Return the form, whose address may be fixed."""
        return InvitedForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the invitation to the form."""
        return cast("dict[str, Any]", super().get_form_kwargs()) | {"invitation": self.invitation}

    def form_valid(self, form: InvitedForm) -> HttpResponse:
        """Sign up. Of two at once with one invitation, one reads that it is used."""
        try:
            return cast(HttpResponse, super().form_valid(form))
        except invitations.NotOpen as error:
            return _over(self.request, error.state)


invitation = never_cache(InvitationView.as_view())


def _over(request: HttpRequest, state: str) -> HttpResponse:
    status = 200 if state == _LOGGED_IN else 410 if state else 404
    return render(request, "account/invitation_over.html", {"state": state}, status=status)
