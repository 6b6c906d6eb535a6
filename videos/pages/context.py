"""What every page's frame needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from config.version import VERSION
from videos.pages import words


def site(request: HttpRequest) -> dict[str, Any]:
    """The words that scripts show, said once here; what is open to whom; for staff the version."""
    return {
        "stage_words": words.STAGES,
        "signup_open": settings.SIGNUP_OPEN,
        "version": VERSION,
    }
