"""What every page's frame needs."""

from typing import Any

from django.http import HttpRequest

from videos.pages import words


def site(request: HttpRequest) -> dict[str, Any]:
    """The words that scripts show, said once here."""
    return {"stage_words": words.STAGES}
