"""Probes: for whom, of what, and never for long."""

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection

from accounts import api_keys
from accounts.models import User
from config import probes
from config.probes import Probes
from config.version import VERSION
from processing.health import CheckResult, ready, schema
from processing.health.ready import Part
from processing.models import Reconciler, Worker
from tests.asgi import Answer, ask, scope_of

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

TOKEN = "t0ken-for-monitoring-that-nobody-guesses"
FINE = CheckResult("Fine", True, "as it should be")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _unmigrated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known of the database yet."""
    monkeypatch.setattr(ready, "_migrated", False)


@pytest.fixture
def token(settings: LazySettings) -> dict[str, str]:
    """The header of who watches the site."""
    settings.MONITORING_TOKEN = TOKEN
    return {"authorization": f"Bearer {TOKEN}"}


async def get(path: str, app: Probes | None = None, **options: Any) -> Answer:
    app = app or Probes()
    return await ask(lambda scope, receive, send: app(scope, send), scope_of(path, **options))


def part(check: Callable[[], CheckResult], needs: Any = "other", fresh: float = 0) -> Part:
    return Part("Part", check, needs, fresh)


def _hang() -> CheckResult:
    """Something no database ends for minutes."""
    forever = {
        "postgresql": "SELECT pg_sleep(300)",
        "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
        "SELECT count(*) FROM n",
    }
    with connection.cursor() as cursor:
        cursor.execute(forever[connection.vendor])
    return FINE


async def test_healthz_asks_for_nothing() -> None:
    answer = await get("/healthz", Probes([part(_hang)], []))
    assert (answer.status, answer.body) == (200, b"ok")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_a_kubelet_is_answered_by_whatever_address_and_without_https(
    path: str, settings: LazySettings
) -> None:
    from config.asgi import application

    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["example.org"]
    answer = await ask(application, scope_of(path, headers={"host": "10.2.3.4:8000"}))
    assert answer.status == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_head_is_answered_without_a_body_and_other_methods_are_not(path: str) -> None:
    head = await get(path, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["content-length"]) > 0
    refused = await get(path, method="POST")
    assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD")


async def test_the_public_answer_discloses_nothing_but_names() -> None:
    secret = CheckResult("Part", False, "db.internal refuses vodloom", "See 10.0.0.1.")
    answer = await get("/readyz", Probes([part(lambda: secret)], []))
    assert answer.status == 503
    assert answer.json == {"ready": False, "checks": {"Part": "not ok"}}


async def test_what_the_site_survives_takes_no_process_away(settings: LazySettings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    settings.MIN_FREE_UPLOAD_BYTES = 2**62
    answer = await get("/readyz")
    assert answer.status == 200
    assert answer.json == {"ready": True, "checks": {"Database": "ok", "Static files": "ok"}}


async def test_a_process_that_is_newer_than_the_tables_is_not_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = schema.ours() | {("videos", "9999_of_tomorrow")}
    monkeypatch.setattr(schema, "ours", lambda: known)
    answer = await get("/readyz")
    assert (answer.status, answer.json["checks"]["Database"]) == (503, "not ok")


async def test_an_older_process_goes_on_while_others_are_upgraded(
    monkeypatch: pytest.MonkeyPatch, token: dict[str, str]
) -> None:
    known = {one for one in schema.ours() if one != ("videos", "0026_source_facts")}
    monkeypatch.setattr(schema, "ours", lambda: known)
    assert (await get("/readyz")).status == 200
    told = await everything(token)
    assert told["Tables"]["state"] == "warning"
    assert "0026_source_facts" in told["Tables"]["sentence"]
    assert "newer than this code" in told["Tables"]["sentence"]


@pytest.mark.parametrize("needs", ["database", "other"])
async def test_a_part_that_hangs_is_bounded(needs: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "SECONDS", 0.3)
    monkeypatch.setattr(probes._threads, "_run_seconds", 0.2)
    monkeypatch.setattr(probes._threads, "_queue_seconds", 0.2)
    over = threading.Event()

    def hang() -> CheckResult:
        if needs == "database":
            return _hang()
        over.wait(60)
        return FINE

    app = Probes([part(hang, needs), part(lambda: FINE)], [])
    began = time.monotonic()
    answer = await get("/readyz", app)
    assert time.monotonic() - began < 30
    assert answer.status == 503
    over.set()


async def test_a_database_that_hung_is_seen_when_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hangs = True

    def look() -> CheckResult:
        return _hang() if hangs else FINE

    app = Probes([part(look, "database")], [])
    monkeypatch.setattr(probes._threads, "_run_seconds", 0.2)
    monkeypatch.setattr(probes._threads, "_queue_seconds", 0.2)
    assert (await get("/readyz", app)).status == 503
    hangs = False
    assert (await get("/readyz", app)).status == 200


async def test_however_many_strangers_ask_for_everything_the_process_is_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = threading.Event()
    monkeypatch.setattr(probes, "_may_ask", lambda *_: asked.wait(5))
    app = Probes([Part("Fine", lambda: FINE, "database", 0)], [])
    bearer = {"authorization": f"Bearer {'x' * 40}"}
    strangers = [
        asyncio.ensure_future(get("/readyz?all=1", app, headers=bearer)) for _ in range(50)
    ]
    await asyncio.sleep(0)
    try:
        assert (await get("/readyz", app)).status == 200
    finally:
        asked.set()
        await asyncio.gather(*strangers)


async def test_a_dependency_that_hangs_leaves_the_process_ready(
    token: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for threads in {probes._threads, probes._others}:
        monkeypatch.setattr(threads, "_run_seconds", 60.0)
    monkeypatch.setattr(probes, "SECONDS", 60.0)
    hanging, over = threading.Semaphore(0), threading.Event()

    def hang() -> CheckResult:
        hanging.release()
        over.wait(60)
        raise OperationalError

    hangs = [Part(f"Part {number}", hang, "database", 0) for number in range(2)]
    app = Probes([Part("Fine", lambda: FINE, "database", 0)], hangs)
    everything = asyncio.ensure_future(get("/readyz?all=1", app, headers=token))
    assert await asyncio.to_thread(hanging.acquire, timeout=20)
    try:
        assert (await get("/readyz", app)).status == 200
        assert not everything.done()
    finally:
        over.set()
    assert (await everything).status == 503


async def test_many_at_once_are_one_look() -> None:
    looks: list[int] = []

    def look() -> CheckResult:
        looks.append(1)
        time.sleep(0.1)
        return FINE

    app = Probes([part(look, fresh=5)], [])
    answers = await asyncio.gather(*(get("/readyz", app) for _ in range(50)))
    assert {answer.status for answer in answers} == {200}
    assert len(looks) == 1


@pytest.mark.parametrize(
    "error", [OperationalError("at db.internal"), ValueError("secret"), TimeoutError()]
)
async def test_a_look_that_raises_is_a_fault_without_its_words(
    error: Exception, token: dict[str, str]
) -> None:
    def look() -> CheckResult:
        raise error

    app = Probes([part(look)], [])
    assert (await get("/readyz", app)).status == 503
    answer = await get("/readyz?all=1", app, headers=token)
    assert answer.status == 503
    assert str(error) not in answer.body.decode() or not str(error)


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer wrong"}, {"cookie": "a=b"}])
async def test_everything_is_not_told_to_strangers(
    header: dict[str, str], token: dict[str, str]
) -> None:
    answer = await get("/readyz?all=1", headers=header)
    assert (answer.status, answer.json["code"]) == (401, "not_authenticated")
    assert "dependencies" not in answer.json


async def test_without_a_token_set_an_empty_one_is_none() -> None:
    assert (await get("/readyz?all=1", headers={"authorization": "Bearer "})).status == 401


@pytest.mark.parametrize("is_staff", [True, False])
async def test_staff_are_told_everything(owner: User, is_staff: bool) -> None:
    def key() -> str:
        User.objects.update(is_staff=is_staff, is_superuser=True)
        return api_keys.issue(owner, name="probe")[1]

    bearer = f"Bearer {await probes._threads.run(key)}"
    answer = await get("/readyz?all=1", headers={"authorization": bearer})
    assert ("dependencies" in answer.json) is is_staff
    assert (answer.status == 401) is not is_staff


async def test_who_asks_cannot_be_told_while_the_database_is_away(
    monkeypatch: pytest.MonkeyPatch, token: dict[str, str]
) -> None:
    def away(*_: object) -> bool:
        raise OperationalError

    monkeypatch.setattr(probes, "_may_ask", away)
    assert (await get("/readyz?all=1", headers={"cookie": "sessionid=x"})).status == 503
    assert "dependencies" in (await get("/readyz?all=1", headers=token)).json


async def everything(token: dict[str, str]) -> dict[str, dict[str, str]]:
    answer = await get("/readyz?all=1", headers=token)
    return {one["name"]: one for one in answer.json["dependencies"]}


async def test_each_dependency_has_a_state_and_a_sentence(
    token: dict[str, str], settings: LazySettings
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    answer = await get("/readyz?all=1", headers=token)
    assert (answer.status, answer.json["ready"], answer.json["ok"]) == (503, True, False)
    told = {one["name"]: one for one in answer.json["dependencies"]}
    assert told["Redis"]["state"] == "fault"
    assert told["Workers"]["state"] == "fault"
    assert told["Reconciler"]["state"] == "fault"
    assert told["Storage"] == {
        "name": "Storage",
        "state": "ok",
        "sentence": "disk: write, read, delete",
    }
    assert all(one["sentence"] for one in told.values())


async def test_a_storage_that_takes_no_writes_is_told(
    token: dict[str, str], settings: LazySettings, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    options = {"location": tmp_path / "file" / "outputs"}
    storages = dict(settings.STORAGES)
    storages["outputs"] = {"BACKEND": "videos.storage.disk.DiskStorage", "OPTIONS": options}
    settings.STORAGES = storages
    told = await everything(token)
    assert told["Storage"]["state"] == "fault"


async def test_a_database_that_takes_no_writes_is_told(
    token: dict[str, str], settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor == "sqlite":
        monkeypatch.setattr("os.access", lambda *_: False)
    else:
        original = ready.writes

        def read_only() -> CheckResult:
            with connection.cursor() as cursor:
                cursor.execute("SET default_transaction_read_only = on")
                finding = original()
                cursor.execute("SET default_transaction_read_only = off")
            return finding

        parts = [Part("Database writes", read_only, "database")]
        app = Probes([], parts)
        answer = await get("/readyz?all=1", app, headers=token)
        assert answer.json["dependencies"][0]["state"] == "fault"
        assert "primary" in answer.json["dependencies"][0]["sentence"]
        return
    assert (await everything(token))["Database writes"]["state"] == "fault"


async def test_all_is_well_with_workers_and_a_reconciler(token: dict[str, str]) -> None:
    from django.utils import timezone

    def enter() -> None:
        now = timezone.now()
        seen: dict[str, Any] = {"started_at": now, "last_seen": now, "version": VERSION}
        Worker.objects.create(name="w", queues=["encode", "media"], **seen)
        Reconciler.objects.create(name="r", **seen)

    await probes._threads.run(enter)
    told = await everything(token)
    assert (told["Workers"]["state"], told["Disk"]["state"]) == ("ok", "ok")
