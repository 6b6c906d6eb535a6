"""allauth's headless views with the rules of this site: its sign-up form, its limits of addresses,
and tokens that outlive a change of the password."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.headless.account import views
from allauth.headless.account.inputs import AddEmailInput as AllauthAddEmailInput
from allauth.headless.account.inputs import ChangePasswordInput as AllauthChangePasswordInput
from allauth.headless.base.response import AuthenticationResponse
from allauth.headless.base.views import AuthenticatedAPIView
from allauth.headless.internal.restkit.inputs import Input
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from accounts import audit, open_sessions
from accounts.forms import AddEmailForm, SignupForm
from accounts.models import User
from accounts.session_store import AppSession

View = Callable[..., HttpResponseBase]

_NO_JSON = {
    "status": 400,
    "errors": [{"message": "The body must be a JSON object.", "code": "invalid"}],
}

LoginView = views.LoginView
SessionView = views.SessionView
ReauthenticateView = views.ReauthenticateView
VerifyEmailView = views.VerifyEmailView
RequestPasswordResetView = views.RequestPasswordResetView
ResetPasswordView = views.ResetPasswordView


def answered(view: View) -> View:
    """Answer in allauth's shape where its views would not: two requests that take the same address
    at the same moment, and a body that is no JSON object."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not _is_sound(request):
            return JsonResponse(_NO_JSON, status=400)
        try:
            return view(request, *args, **kwargs)
        except IntegrityError:
            return JsonResponse({"status": 409}, status=409)

    return answer


def in_app_session(view: View) -> View:
    """Begin a session of an app where the request has none: allauth begins one of a browser."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.session.session_key is None:
            request.session = AppSession()
        return view(request, *args, **kwargs)

    return answer


def _is_sound(request: HttpRequest) -> bool:
    """Whether the body is empty or a JSON object that can be stored: its text may hold no halves of
    characters, its numbers are finite and have no thousands of digits."""
    if request.method == "GET" or not request.body:
        return True
    try:
        told = json.loads(request.body)
        json.dumps(told, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict)


class SignupInput(SignupForm, Input):  # type: ignore[misc]  # allauth has no types
    """The form of the sign-up page, whose field ``password1`` is named ``password`` here."""

    def __init__(self, data: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(data={**data, "password1": data.get("password")}, **kwargs)

    def full_clean(self) -> None:
        """Check the form, and name an error as the request names its member."""
        super().full_clean()
        if "password1" in self._errors:
            self._errors["password"] = self._errors.pop("password1")


class AddEmailInput(AddEmailForm, AllauthAddEmailInput):  # type: ignore[misc]  # allauth has no types
    """One more address, as long as the account page takes it."""


class ChangePasswordInput(AllauthChangePasswordInput):  # type: ignore[misc]  # allauth has no types
    """The current password, counted like a log-in, and the new one."""

    def clean_current_password(self) -> str:
        """Check the current password; a user without one sends none."""
        password: str = self.cleaned_data["current_password"]
        if password:
            get_adapter().require_password(self.user, password)
        return password


class SignupView(views.SignupView):  # type: ignore[misc]  # allauth has no types
    """Signs up by the rules of the sign-up page."""

    input_class = {"POST": SignupInput}


class ManageEmailView(views.ManageEmailView):  # type: ignore[misc]  # allauth has no types
    """Lists, adds, confirms and removes the addresses of a user."""

    input_class = {**views.ManageEmailView.input_class, "POST": AddEmailInput}


class ChangePasswordView(views.ChangePasswordView):  # type: ignore[misc]  # allauth has no types
    """Changes the password, which ends all sessions, and answers with new tokens for this one."""

    input_class = ChangePasswordInput

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Change the password. allauth tells new tokens where somebody was nobody before."""
        audit.note_token(cast(User, request.user))
        request.allauth.headless._pre_user = AnonymousUser()  # type: ignore[attr-defined]
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response


class AllSessionsView(AuthenticatedAPIView):  # type: ignore[misc]  # allauth has no types
    """All sessions of a user, in browsers and apps."""

    def delete(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Log out everywhere, here too."""
        user = cast(User, request.user)
        audit.note_token(user)
        open_sessions.end_all(user)
        auth.logout(request)
        response: HttpResponse = AuthenticationResponse(request)
        return response
