"""Replicate: its webhook sends the prediction, signed as Standard Webhooks are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings

from videos.ingest.hooks import outputs, replicate_api, words
from videos.ingest.hooks.generator import BadReport, CannotPoll, Report, Status

_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_LONGEST_NAME = 200
_LONGEST_PROMPT = 10_000
_LONGEST_ERROR = 500
_TITLE_LENGTH = 100
# A prediction is aborted when it was not begun before its deadline.
_STATUSES: Mapping[Any, Status] = {
    **{status.value: status for status in Status},
    "aborted": Status.FAILED,
}
_PROMPTS = ("prompt", "text_prompt", "positive_prompt", "text")


class Replicate:
    """The adapter of Replicate. Its signing secrets are the site's, since they are those of the
    Replicate account."""

    name = "replicate"
    has_own_secrets = False

    def secrets(self, address_id: UUID) -> Sequence[str]:
        """Return the signing secrets of the Replicate account."""
        return settings.REPLICATE_SECRETS

    def report(self, body: Mapping[str, Any]) -> Report:
        """Read a prediction. Raises ``BadReport``."""
        job_id, word = body.get("id"), body.get("status")
        if not isinstance(job_id, str) or not _ID.fullmatch(job_id):
            raise BadReport("id", "This is not the id of a prediction.")
        status = _STATUSES.get(word) if isinstance(word, str) else None
        if status is None:
            raise BadReport("status", "This is not the status of a prediction.")
        prompt = _prompt(body.get("input"))
        return Report(
            job_id=job_id,
            status=status,
            outputs=outputs.found_in(body.get("output")) if status == Status.SUCCEEDED else (),
            error=_error(word, body.get("error")),
            title=words.line(prompt, _TITLE_LENGTH),
            provenance=_provenance(body, job_id, prompt),
        )

    def is_id(self, text: str) -> bool:
        """Return whether a text may be the id of a prediction."""
        return _ID.fullmatch(text) is not None

    def can_be_asked(self) -> bool:
        """Return whether an API token is set."""
        return bool(settings.REPLICATE_TOKEN)

    def ask(self, job_id: str) -> Report:
        """Ask Replicate about a prediction. Raises ``JobUnknown`` or ``CannotPoll``."""
        try:
            report = self.report(replicate_api.prediction(job_id))
        except BadReport as error:
            raise CannotPoll from error
        if report.job_id != job_id:
            raise CannotPoll
        return report


def _prompt(given: Any) -> str:
    """Return the prompt among the inputs of a model, which each model names as it likes."""
    if not isinstance(given, dict):
        return ""
    found = (given[name] for name in _PROMPTS if isinstance(given.get(name), str) and given[name])
    return words.text(next(found, ""), _LONGEST_PROMPT)


def _error(word: Any, error: Any) -> str:
    if word == "aborted" and not error:
        return "The prediction was aborted before it was begun."
    return words.line(error, _LONGEST_ERROR)


def _provenance(body: Mapping[str, Any], job_id: str, prompt: str) -> dict[str, Any]:
    told = {
        "model": words.line(body.get("model"), _LONGEST_NAME),
        "version": words.line(body.get("version"), _LONGEST_NAME),
        "prediction": job_id,
        "prompt": prompt,
    }
    known = {name: value for name, value in told.items() if value}
    return {"source": Replicate.name, "ai_generated": True, **known}
