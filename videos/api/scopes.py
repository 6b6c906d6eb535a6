"""Which scope each operation of the API needs.

What reads needs ``read`` and what changes needs ``write``, unless a view names another scope in its
``scopes``. A view without credentials (``authentication_classes``) needs none.
"""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from accounts import scopes
from accounts.models import User
from accounts.scopes import Scope

_SAFE = ("GET", "HEAD", "OPTIONS")


def needed(view: Any, action: str | None, method: str) -> Scope | None:
    """Return the scope that an action of a view needs when it is asked by a method; None if it asks
    for no credentials."""
    if not view.authentication_classes:
        return None
    named: Scope | None = view.scopes.get(action or "")
    return named or (Scope.READ if method in _SAFE else Scope.WRITE)


def require(request: Request, view: Any) -> None:
    """Raise ``InsufficientScope`` unless the credential of the request has the scope that the view
    needs. Who sends no credential has nothing to be bounded."""
    scope = needed(view, view.action, request.method or "")
    if scope is not None and isinstance(request.user, User):
        scopes.require(request.user.scopes, scope)
