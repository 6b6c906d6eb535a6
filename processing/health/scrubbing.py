"""Remove secrets from findings, whether they come from a server's own words or an address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote, unquote, urlsplit

from django.conf import settings

from processing.health.finding import CheckResult

_HIDDEN = "(hidden)"
_SHORTEST = 4
_SIGNED = re.compile(r"(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s\"']+", re.I)
# "password" is kept, since hints use the word as a placeholder.
_IN_ADDRESS = re.compile(r"(://[^\s:/@]*:)(?!password@)[^\s/@]+(?=@)")


def clean(finding: CheckResult) -> CheckResult:
    """Return the finding without secrets."""
    return replace(finding, detail=_cleaned(finding.detail), hint=_cleaned(finding.hint))


def _cleaned(text: str) -> str:
    for secret in _secrets():
        text = text.replace(secret, _HIDDEN)
    return _IN_ADDRESS.sub(rf"\1{_HIDDEN}", _SIGNED.sub(rf"\1{_HIDDEN}", text))


def _secrets() -> Iterator[str]:
    known: list[object] = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    known += [settings.DATABASES["default"].get("PASSWORD"), settings.EMAIL_HOST_PASSWORD]
    known += [urlsplit(settings.REDIS_URL).password, settings.MONITORING_TOKEN]
    known += settings.ENV.secrets
    for secret in known:
        if secret and len(str(secret)) >= _SHORTEST:
            yield from {str(secret), quote(str(secret), safe=""), unquote(str(secret))}
