"""The URLs at which apps log in: allauth's headless API, under ``/api/v1/``.

They are allauth's own (``/_allauth/app/v1/…``) with another beginning, so that its documentation
and its clients fit.
"""

from allauth.headless.base.views import ConfigView
from allauth.headless.constants import Client
from allauth.headless.internal.decorators import app_view
from allauth.headless.mfa import views as factors
from allauth.headless.tokens.views import RefreshTokenView
from allauth.headless.usersessions.views import SessionsView
from django.urls import URLPattern, path

from accounts import app_factors as passkeys
from accounts import app_views as views

app_name = "apps"


def _at(route: str, view: type) -> URLPattern:
    made = views.in_app_session(view.as_view(client=Client.APP))  # type: ignore[attr-defined]
    return path(f"{route}/", views.answered(app_view(made)), name=route.replace("/", "-"))


urlpatterns = [
    _at("config", ConfigView),
    _at("auth/login", views.LoginView),
    _at("auth/signup", views.SignupView),
    _at("auth/session", views.SessionView),
    _at("auth/sessions", SessionsView),
    _at("auth/sessions/all", views.AllSessionsView),
    _at("auth/reauthenticate", views.ReauthenticateView),
    _at("auth/email/verify", views.VerifyEmailView),
    _at("auth/password/request", views.RequestPasswordResetView),
    _at("auth/password/reset", views.ResetPasswordView),
    _at("auth/2fa/authenticate", factors.AuthenticateView),
    _at("auth/2fa/reauthenticate", factors.ReauthenticateView),
    _at("auth/webauthn/login", passkeys.LoginView),
    _at("auth/webauthn/authenticate", passkeys.UseView),
    _at("auth/webauthn/reauthenticate", passkeys.ProveView),
    _at("tokens/refresh", RefreshTokenView),
    _at("account/email", views.ManageEmailView),
    _at("account/password/change", views.ChangePasswordView),
    _at("account/authenticators", factors.AuthenticatorsView),
    _at("account/authenticators/totp", factors.ManageTOTPView),
    _at("account/authenticators/recovery-codes", factors.ManageRecoveryCodesView),
    _at("account/authenticators/webauthn", passkeys.ManageView),
]
