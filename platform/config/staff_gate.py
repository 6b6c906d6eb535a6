"""Middleware that lets staff without a second factor do nothing but add one."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from accounts import second_factors
from accounts.models import User
from videos.api import problems

_API = "/api/v1/"
# Where they may go: to add a factor, to prove who they are, and to log out.
_OPEN = ("/account/security/", "/accounts/")


class StaffGate:
    """Leads staff who are logged in without a second factor to the page where they add one, and
    answers 403 in the API. It is not used unless ``VODLOOM_STAFF_MFA`` requires factors."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.STAFF_MFA_REQUIRED:
            raise MiddlewareNotUsed
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        if request.path_info.startswith(_OPEN) or not _lacks_one(request):
            return self._get_response(request)
        if not request.path_info.startswith(_API):
            return redirect("account_security")
        problem = problems.body(403, second_factors.NEEDED, second_factors.NEEDED_SENTENCE)
        return JsonResponse(problem, status=403, content_type=problems.CONTENT_TYPE)


def _lacks_one(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and second_factors.is_missing(request.user)
