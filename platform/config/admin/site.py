"""The admin's site: its frame, and the overview it begins with."""

from typing import Any, cast

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls.resolvers import RoutePattern

from accounts.models import User
from accounts.rights import Right, may
from config.admin import navigation
from config.version import VERSION
from processing.monitoring import overview
from videos.moderation import queue


class VodloomAdminSite(AdminSite):
    """Everything stands in one navigation, as far as somebody may see it."""

    site_header = site_title = "Vodloom"
    index_title = "Overview"
    index_template = "admin/overview.html"
    enable_nav_sidebar = False

    def get_urls(self) -> list[Any]:
        """Jobs are at their public name; their model is called ``Run``."""
        patterns: list[Any] = super().get_urls()
        for entry in patterns:
            if str(entry.pattern) == "processing/run/":
                entry.pattern = RoutePattern("processing/job/")
        return patterns

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """With the navigation."""
        context = super().each_context(request)
        context["navigation"] = navigation.groups(
            request.path, context["available_apps"], waiting=self._waiting(request)
        )
        return context | {"version": VERSION}

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """How the installation is, as far as somebody may know it."""
        user = cast(User, request.user)
        shown = {
            "waiting": self._waiting(request),
            "jobs": overview.jobs() if may(user, Right.VIEW_JOBS) else None,
            "machines": overview.machines() if may(user, Right.VIEW_WORKERS) else None,
            "decisions": queue.latest() if may(user, *Right.moderation()) else None,
        }
        return super().index(request, shown | (extra_context or {}))

    def _waiting(self, request: HttpRequest) -> int | None:
        """How many videos wait for a moderator; None for who is none."""
        if not may(request.user, *Right.moderation()):
            return None
        return queue.count()
