"""The template context of every page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from config.version import VERSION
from processing.monitoring import stages
from videos.pages import bar, words


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the words for scripts, defined only here, what the user may do, and the version."""
    return {
        "stage_words": words.STAGES,
        "bar_facts": {"uploadShare": bar.UPLOAD_SHARE, "inspected": stages.INSPECTED},
        "signup_open": settings.SIGNUP_OPEN,
        "signup_by_invitation": settings.SIGNUP_BY_INVITATION,
        "may_upload": may_upload(request),
        "version": VERSION,
    }


def may_upload(request: HttpRequest) -> bool:
    """Return whether to offer uploading; it is not offered to a user who may not upload."""
    user = getattr(request, "user", None)
    return bool(user and user.is_authenticated and user.may_upload)
