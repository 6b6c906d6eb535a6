"""End push subscriptions with the log-in that they were made in."""

from typing import Any

from allauth.account.signals import password_changed, password_set
from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest

from accounts.models import User
from accounts.signals import session_ended
from videos.push import subscriptions


def connect() -> None:
    """Listen for log-outs and changed passwords."""
    session_ended.connect(_ended, dispatch_uid="push.session_ended")
    user_logged_out.connect(_logged_out, dispatch_uid="push.logged_out")
    for signal in (password_changed, password_set):
        signal.connect(_changed_password, dispatch_uid="push.changed_password")


def _logged_out(request: HttpRequest | None, **_: Any) -> None:
    if request is not None and hasattr(request, "session"):
        subscriptions.forget_session(request.session)


def _ended(data: dict[str, Any], **_: Any) -> None:
    subscriptions.forget_session(data)


def _changed_password(request: HttpRequest, user: User, **_: Any) -> None:
    if hasattr(request, "session"):
        subscriptions.renew_login(request, user)
