"""The admin's site: its frame and its first page, the overview."""

from typing import Any, cast

from allauth.account.utils import get_next_redirect_url
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.urls.resolvers import RoutePattern
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from accounts.models import User
from accounts.rights import Right, may
from config.admin import navigation
from config.admin.autocompletion import Autocompletion
from config.version import VERSION
from processing.monitoring import overview
from videos.moderation import queue
from videos.webhooks import standing


class VodloomAdminSite(AdminSite):
    """An admin site with one navigation, which lists all pages that the user may view."""

    site_header = site_title = "Vodloom"
    index_title = "Overview"
    index_template = "admin/overview.html"
    enable_nav_sidebar = False

    def get_urls(self) -> list[Any]:
        """Return the URLs, with jobs under their public name: their model is called ``Run``. No row
        has a page of its own outside the admin, which Django would lead to."""
        patterns: list[Any] = super().get_urls()
        for entry in patterns:
            if str(entry.pattern) == "processing/run/":
                entry.pattern = RoutePattern("processing/job/")
        return [one for one in patterns if getattr(one, "name", "") != "view_on_site"]

    @method_decorator(never_cache)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the log-in of the site, which counts attempts and asks for second factors. That
        of Django does neither, and staff who are logged in could become somebody else there."""
        if not request.user.is_authenticated:
            return redirect_to_login(get_next_redirect_url(request) or request.get_full_path())
        if not self.has_permission(request):
            raise PermissionDenied
        return redirect("admin:index")

    def password_change(  # type: ignore[override]  # it renders nothing
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the page of the account, whose form counts attempts and tells the owner."""
        return redirect(reverse("account_security") + "#password")

    def password_change_done(  # type: ignore[override]  # it renders nothing
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the page of the account."""
        return self.password_change(request)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """Answer a field that finds rows by typing."""
        return cast(HttpResponse, Autocompletion.as_view(admin_site=self)(request))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return the context with the navigation and the version."""
        context = super().each_context(request)
        context["navigation"] = navigation.groups(
            request.path, context["available_apps"], waiting=self._waiting(request)
        )
        return context | {"version": VERSION}

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show the overview: the parts of the installation's state that the user may see."""
        user = cast(User, request.user)
        shown = {
            "waiting": self._waiting(request),
            "jobs": overview.jobs() if may(user, Right.VIEW_JOBS) else None,
            "machines": overview.machines() if may(user, Right.VIEW_WORKERS) else None,
            "webhooks": standing.now() if may(user, Right.VIEW_WEBHOOKS) else None,
            "decisions": queue.latest() if may(user, *Right.moderation()) else None,
        }
        return super().index(request, shown | (extra_context or {}))

    def _waiting(self, request: HttpRequest) -> int | None:
        """Return how many videos wait for a moderator; None if the user is not a moderator."""
        if not may(request.user, *Right.moderation()):
            return None
        return queue.count()
