"""Ask Replicate's API about a prediction. The only module that knows its address and token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import requests
from django.conf import settings
from requests_hardened import Config, HTTPSession

from videos.ingest.hooks.generator import CannotPoll, JobUnknown

API = "https://api.replicate.com/v1"
LOOPBACK = False
"""Whether the API may be on this machine, where tests have theirs."""
_SECONDS = (5.0, 10.0)  # to connect, and between two reads
_MOST_BYTES = 4 * 1024**2
_AGENT = "Vodloom"


def prediction(job_id: str) -> Mapping[str, Any]:
    """Return a prediction. The id is one that may stand in a path.

    Raises ``JobUnknown`` or ``CannotPoll``.
    """
    headers = {"Authorization": f"Bearer {settings.REPLICATE_TOKEN}"}
    try:
        with (
            _session() as session,
            session.get(f"{API}/predictions/{job_id}", headers=headers, stream=True) as answer,
        ):
            if answer.status_code == 404:
                raise JobUnknown
            if answer.status_code != 200:
                raise CannotPoll
            return _object_in(answer)
    except (requests.RequestException, OSError, RecursionError, ValueError) as error:
        raise CannotPoll from error


def _object_in(answer: requests.Response) -> Mapping[str, Any]:
    body = bytearray()
    for block in answer.iter_content(64 * 1024):
        body += block
        if len(body) > _MOST_BYTES:
            raise CannotPoll
    value = json.loads(body)
    if not isinstance(value, dict):
        raise CannotPoll
    return value


def _session() -> requests.Session:
    """Return a session that follows no redirect, which would carry the token elsewhere."""
    session: requests.Session = HTTPSession(
        Config(
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=LOOPBACK,
            never_redirect=True,
            default_timeout=_SECONDS,
            user_agent_override=_AGENT,
        )
    )
    session.trust_env = False
    return session
