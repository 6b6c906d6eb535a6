"""allauth's headless views of passkeys, with this site's reading of authenticators' answers."""

from __future__ import annotations

from allauth.headless.mfa import inputs, views

from accounts.factor_forms import ReadsCredential


class _LoginInput(ReadsCredential, inputs.LoginWebAuthnInput):  # type: ignore[misc]  # no types
    pass


class _UseInput(ReadsCredential, inputs.AuthenticateWebAuthnInput):  # type: ignore[misc]  # no types
    pass


class _ProveInput(ReadsCredential, inputs.ReauthenticateWebAuthnInput):  # type: ignore[misc]  # no types
    pass


class _AddInput(ReadsCredential, inputs.AddWebAuthnInput):  # type: ignore[misc]  # no types
    pass


class LoginView(views.LoginWebAuthnView):  # type: ignore[misc]  # no types
    """Logs in with a passkey alone."""

    input_class = {"POST": _LoginInput}


class UseView(views.AuthenticateWebAuthnView):  # type: ignore[misc]  # no types
    """Uses a passkey after the password."""

    input_class = {"POST": _UseInput}


class ProveView(views.ReauthenticateWebAuthnView):  # type: ignore[misc]  # no types
    """Uses a passkey before something sensitive is changed."""

    input_class = {"POST": _ProveInput}


class ManageView(views.ManageWebAuthnView):  # type: ignore[misc]  # no types
    """Adds, renames and removes passkeys."""

    input_class = {**views.ManageWebAuthnView.input_class, "POST": _AddInput}
