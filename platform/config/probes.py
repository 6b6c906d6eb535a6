"""``/healthz`` and ``/readyz``, answered before Django: for any host name, by plain HTTP too, and
without a line in the log.

``/healthz`` says that the process runs. ``/readyz`` says whether it can answer: a 503 makes a load
balancer drop this process, so it checks only parts that the site cannot do without.
``/readyz?all=1`` also reports all dependencies, to staff and to holders of the monitoring token.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import structlog
from asgiref.typing import ASGISendCallable, HTTPScope
from django.conf import settings
from django.db import DatabaseError

from accounts import credentials
from accounts.api_keys import WrongPlace
from accounts.models import User
from accounts.rights import Right, may
from accounts.scopes import InsufficientScope, Scope
from config.log_limits import AtMostEvery
from config.shared_look import SharedLook, in_thread
from config.version import VERSION
from processing.health import CheckResult, Level, ready
from processing.health.ready import Part
from videos.api.problems import CONTENT_TYPE, body
from videos.database_threads import DatabaseThreads, Overloaded

HEALTH, READY = "/healthz", "/readyz"
PATHS = (HEALTH, READY)
SECONDS = 2.0
"""The time limit for each part; a part that has not answered by then counts as silent."""

logger = structlog.get_logger(__name__)

# Strangers can trigger look-ups of who they are, and monitors can trigger all checks, as often as
# they like: neither may keep this process from checking that it is ready.
_threads = DatabaseThreads("probe", size=1, waiting=20, queue_seconds=SECONDS, run_seconds=SECONDS)
_others = DatabaseThreads("monitor", size=2, waiting=20, queue_seconds=SECONDS, run_seconds=SECONDS)
_warnings = AtMostEvery(60.0)
_YES = {"1", "true", "yes", "on"}
_HEADERS = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]


class _Watched:
    """A part, with the result of its last check."""

    def __init__(self, part: Part, threads: DatabaseThreads) -> None:
        self._part = part
        self._look = SharedLook(partial(_look_at, part, threads), fresh=part.fresh)

    async def findings(self) -> Sequence[CheckResult]:
        """Return the results of the check, within ``SECONDS``."""
        try:
            return await self._look.see(SECONDS)
        except (TimeoutError, Overloaded):
            return [self._wrong(f"no answer within {SECONDS:g} s", "See whether it hangs.")]
        except DatabaseError:
            return [self._wrong("the database does not answer", "Check DATABASE_URL.")]
        except Exception as error:
            if _warnings.allows(self._part.name):
                logger.exception("probe_failed", part=self._part.name)
            return [self._wrong(f"the look failed: {type(error).__name__}", "See the log.")]

    def _wrong(self, detail: str, hint: str) -> CheckResult:
        return CheckResult(self._part.name, False, detail, hint)


class Probes:
    """Answers the two addresses; for a single event loop."""

    def __init__(
        self,
        process: Iterable[Part] = ready.PROCESS,
        installation: Iterable[Part] = ready.INSTALLATION,
    ) -> None:
        self._process = [_Watched(part, _threads) for part in process]
        self._installation = [_Watched(part, _others) for part in installation]
        self._was_ready = True

    async def __call__(self, scope: HTTPScope, send: ASGISendCallable) -> None:
        """Answer one request."""
        if scope["method"] not in ("GET", "HEAD"):
            problem = body(405, "method_not_allowed", "This address answers only GET and HEAD.")
            await _answer(scope, send, 405, problem, [(b"allow", b"GET, HEAD")])
        elif scope["path"] == HEALTH:
            await _send(scope, send, 200, b"ok", [(b"content-type", b"text/plain; charset=utf-8")])
        elif not _is_asked_for_all(scope):
            well, answer = await self._ready()
            await _answer(scope, send, 200 if well else 503, answer)
        elif refusal := await _refusal(scope):
            status, problem = refusal
            await _answer(scope, send, status, problem, [(b"www-authenticate", b"Bearer")])
        else:
            well, answer = await self._everything()
            await _answer(scope, send, 200 if well else 503, answer)

    async def _ready(self) -> tuple[bool, dict[str, Any]]:
        findings = await _findings(self._process)
        well = all(finding.ok for finding in findings)
        self._note(well, findings)
        checks = {finding.name: "ok" if finding.ok else "not ok" for finding in findings}
        return well, {"ready": well, "checks": checks}

    async def _everything(self) -> tuple[bool, dict[str, Any]]:
        (well, answer), needed, findings = await asyncio.gather(
            self._ready(), _findings(self._process), _findings(self._installation)
        )
        told = [_told(finding) for finding in (*needed, *findings)]
        well = well and all(finding.level != Level.FAULT for finding in findings)
        return well, {**answer, "ok": well, "version": VERSION, "dependencies": told}

    def _note(self, well: bool, findings: list[CheckResult]) -> None:
        """Log a change of readiness once: probes themselves leave no line in the log."""
        if well == self._was_ready:
            return
        self._was_ready = well
        if well:
            logger.info("ready_again")
        else:
            lacking = [f"{one.name}: {one.detail}" for one in findings if not one.ok]
            logger.warning("not_ready", parts="; ".join(lacking))


async def _findings(parts: Iterable[_Watched]) -> list[CheckResult]:
    found = await asyncio.gather(*(part.findings() for part in parts))
    return [finding for findings in found for finding in findings]


async def _look_at(part: Part, threads: DatabaseThreads) -> Sequence[CheckResult]:
    if part.needs == "database":
        found = await threads.run(part.check)
    else:
        found = await in_thread(part.check, name=f"probe-{part.name}")
    return [found] if isinstance(found, CheckResult) else found


def _told(finding: CheckResult) -> dict[str, str]:
    sentence = finding.detail if finding.ok else f"{finding.detail}. {finding.hint}".lstrip(". ")
    return {"name": finding.name, "state": finding.level.value, "sentence": sentence}


def _is_asked_for_all(scope: HTTPScope) -> bool:
    asked = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return bool({*asked.get("all", ["0"])} & {*_YES, ""})


async def _refusal(scope: HTTPScope) -> tuple[int, dict[str, Any]] | None:
    """Return the status and problem for a client that may not see everything, or None if it may."""
    headers = credentials.headers_of(scope["headers"])
    token = credentials.bearer(headers)
    if token is not None and _is_monitoring(token):
        return None
    try:
        async with asyncio.timeout(SECONDS):
            allowed = await _others.run(_may_ask, headers, token, _address_of(scope))
    except (TimeoutError, DatabaseError):
        detail = (
            "The server cannot tell who is asking, because the database is not responding. "
            "Send the monitoring token instead."
        )
        return 503, body(503, "database_unavailable", detail)
    if allowed:
        return None
    detail = (
        "Only staff who may view workers can read this, or a program that sends "
        "VODLOOM_MONITORING_TOKEN as a bearer token."
    )
    return 401, body(401, "not_authenticated", detail)


def _is_monitoring(token: str) -> bool:
    expected = settings.MONITORING_TOKEN.encode()
    return bool(expected) and secrets.compare_digest(token.encode(), expected)


def _address_of(scope: HTTPScope) -> str | None:
    return scope["client"][0] if scope["client"] else None


def _may_ask(headers: dict[str, str], key: str | None, address: str | None) -> bool:
    if (app := credentials.app_session(headers)) is not None:
        user = credentials.user_of_app(app)
    elif key is not None:
        user = _user_of_key(key, address)
    else:
        session = credentials.cookie(headers, settings.SESSION_COOKIE_NAME)
        user = credentials.user_of_session(session) if session else None
    return user is not None and may(user, Right.VIEW_WORKERS)


def _user_of_key(key: str, address: str | None) -> User | None:
    with suppress(WrongPlace, InsufficientScope):
        return credentials.user_of_key(key, address, needs=Scope.ADMIN)
    return None


async def _answer(
    scope: HTTPScope,
    send: ASGISendCallable,
    status: int,
    content: dict[str, Any],
    headers: Iterable[tuple[bytes, bytes]] = (),
) -> None:
    kind = CONTENT_TYPE if "code" in content else "application/json"
    typed = [(b"content-type", kind.encode()), *headers]
    await _send(scope, send, status, json.dumps(content).encode(), typed)


async def _send(
    scope: HTTPScope,
    send: ASGISendCallable,
    status: int,
    content: bytes,
    headers: Iterable[tuple[bytes, bytes]],
) -> None:
    length = (b"content-length", str(len(content)).encode())
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*headers, length, *_HEADERS],
            "trailers": False,
        }
    )
    shown = b"" if scope["method"] == "HEAD" else content
    await send({"type": "http.response.body", "body": shown, "more_body": False})
