"""Lines of the log: whole, typed, about each request once, and without what nobody may read."""

import io
import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import structlog
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from config import env
from config.logs import ecs, fields, privacy, process
from config.logs.outages import Bounded
from config.logs.requests import RequestLog
from tests.asgi import Answer, ask, scope_of
from tests.log_lines import wrong_in

pytestmark = pytest.mark.anyio

UUID = "01a217ee-07c7-70e1-a1ed-e61c5409ae4c"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What is logged, as the lines of a process that writes JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(Bounded())
    render = structlog.stdlib.ProcessorFormatter(
        processors=[ecs.to_ecs, privacy.hide_secrets, structlog.processors.JSONRenderer()],
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
    )
    handler.setFormatter(render)
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


Lines = Callable[[], list[dict[str, Any]]]


async def answer_ok(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"four"})


async def break_down(scope: Any, receive: Any, send: Any) -> None:
    raise ZeroDivisionError("within")


async def get(path: str, app: Any = answer_ok, **options: Any) -> Answer:
    log = RequestLog(app, silent_paths=("/healthz",))
    return await ask(cast("Any", log), scope_of(path, **options))


async def test_a_request_is_one_line_with_all_about_it(lines: Lines) -> None:
    await get("/api/?token=secret", headers={"user-agent": "curl"})
    (line,) = lines()
    assert line["message"] == "GET /api/ 200"
    assert (line["url.path"], line["http.response.body.bytes"]) == ("/api/", 4)
    assert (line["client.ip"], line["user_agent.original"]) == ("127.0.0.1", "curl")
    assert line["event.duration"] > 0
    assert wrong_in(line) == []


@pytest.mark.parametrize(
    "given_id", ["abc-123", "Root=1-67891233-abcdef012345678912345678", "a" * 128]
)
async def test_an_id_that_came_goes_out_and_stands_in_the_line(given_id: str, lines: Lines) -> None:
    answer = await get("/", headers={"X-Request-ID": given_id})
    assert answer.headers["x-request-id"] == given_id
    assert lines()[0]["http.request.id"] == given_id


@pytest.mark.parametrize("given_id", ["", "a b", "a" * 129, "<x>", 'a"b', "a;b", "é", "a,b"])
async def test_an_id_that_could_be_anything_else_is_replaced(given_id: str, lines: Lines) -> None:
    answer = await get("/", headers={"X-Request-ID": given_id})
    assert len(answer.headers["x-request-id"]) == 32
    assert lines()[0]["http.request.id"] == answer.headers["x-request-id"]


async def test_what_nobody_caught_is_told_with_the_id_and_logged_once(lines: Lines) -> None:
    answer = await get("/", break_down, headers={"X-Request-ID": "abc"})
    assert (answer.status, answer.json["request_id"]) == (500, "abc")
    broke, request = lines()
    assert broke["error.type"] == "ZeroDivisionError"
    assert "break_down" in broke["error.stack_trace"]
    assert (request["http.response.status_code"], request["log.level"]) == (500, "error")
    assert {broke["http.request.id"], request["http.request.id"]} == {"abc"}


async def test_an_answer_that_was_never_given_is_told_too(lines: Lines) -> None:
    async def vanish(scope: Any, receive: Any, send: Any) -> None:
        return

    await get("/", vanish)
    (line,) = lines()
    assert line["event.outcome"] == "failure"
    assert "http.response.status_code" not in line


async def test_probes_and_static_files_leave_no_line(lines: Lines) -> None:
    assert (await get("/healthz")).headers["x-request-id"]
    await get("/static/css/site.css")
    assert lines() == []
    await get("/static/css/site.css", break_down)
    assert lines() != []


async def test_the_address_is_the_servers_belief(lines: Lines) -> None:
    await get("/", headers={"x-forwarded-for": "6.6.6.6"})
    await get("/", client=None)
    first, second = lines()
    assert first["client.ip"] == "127.0.0.1"
    assert "client.ip" not in second


VIDEO = "01a21eb5-5690-7327-acd0-bd8a4492f1f1"


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/m/tokenofvalue/01a/master.m3u8", "/m/…/01a/master.m3u8"),
        (
            f"/m/tokenofvalue/{VIDEO}/{VIDEO}.tp6l40.ZTDIlLDg-x/master.m3u8",
            f"/m/…/{VIDEO}/{VIDEO}.…/master.m3u8",
        ),
        (f"/m/tokenofvalue/{VIDEO}/{VIDEO}.vtt", f"/m/…/{VIDEO}/{VIDEO}.vtt"),
        ("/u/tokenofvalue", "/u/…"),
        ("/accounts/password/reset/key/3k-abc123/", "/accounts/password/reset/key/…/"),
        ("/accounts/confirm-email/MQ:1x:y/", "/accounts/confirm-email/…/"),
        ("/watch/1/", "/watch/1/"),
        ("/a\nb\x1b[31m", "/a%0Ab%1B%5B31m"),
    ],
)
async def test_paths_are_told_without_keys(path: str, kept: str, lines: Lines) -> None:
    await get(path)
    assert lines()[0]["url.path"] == kept


async def test_a_socket_is_a_line_at_its_opening_and_one_at_its_close(lines: Lines) -> None:
    async def talk(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        await receive()

    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.disconnect", "code": 1001}

    async def send(event: Any) -> None:
        sent.append(event)

    scope = scope_of("/ws/feed/?since=secret", type="websocket")
    await RequestLog(cast("Any", talk))(cast("Any", scope), receive, cast("Any", send))
    opened, closed = lines()
    assert opened["event.action"] == "socket_opened"
    assert (closed["vodloom.socket.code"], closed["url.path"]) == (1001, "/ws/feed/")
    assert dict(sent[0]["headers"])[b"x-request-id"].decode() == opened["http.request.id"]


# What a line may be about: our own names, others', and anything in them.
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text()),
    st.dictionaries(st.text(), st.integers()), st.binary(), st.uuids(), st.datetimes(),
)  # fmt: skip


@given(st.dictionaries(st.sampled_from([*fields.NAMES, "seconds", "reason"]) | st.text(), VALUES))
def test_whatever_is_logged_each_field_has_one_type(values: dict[str, Any]) -> None:
    for ours in (True, False):
        event = {"timestamp": process.now(), "level": "info", "logger": "x", **values}
        event |= {"event": "thing_done", "_from_structlog": ours}
        line = json.loads(json.dumps(privacy.hide_secrets(None, "", ecs.to_ecs(None, "", event))))
        wrong = [one for one in wrong_in(line) if not one.startswith("lacks")]
        assert [one for one in wrong if "@timestamp" not in one and "log." not in one] == []


def test_an_exception_is_fields_and_no_lines(lines: Lines) -> None:
    try:
        raise ValueError("at postgres://vodloom:hunter2secret@db/vodloom?sslmode=no")
    except ValueError:
        logging.getLogger("other").exception("It broke: %s", "badly")
        structlog.get_logger("own").warning("thing_failed", exc_info=True, error_code="x")
    first, second = lines()
    assert (first["message"], first["error.type"]) == ("It broke: badly", "ValueError")
    assert (second["event.action"], second["error.code"]) == ("thing_failed", "x")
    assert "hunter2" not in json.dumps([first, second])
    assert "postgres://…@db/vodloom?…" in second["error.stack_trace"]


@pytest.mark.parametrize(
    "secret",
    [
        "https://b.s3/x?X-Amz-Signature=abcdef",
        "Authorization: Bearer abcdefghijkl",
        "vl_LG9AcfObBxQwv6VkIb640pzO0DQ8g1GwC3K4fMwABMw",
        "vodloom, vodloom.ticket.01a21a0b.5f5e.1xWiVZ.HT5kXrmbaf9N7xUH-06DCM_itimL9SBs",
        "asked for ticket=gAAAAABnR8mz-1xWiVZ_HT5kXrmbaf9N7xUH",
        "Cookie: theme=dark; sessionid=lp31t46vvr4kdixqho1smyptgx7mf67u",
        "X-Session-Token: lp31t46vvr4kdixqho1smyptgx7mf67u",
        "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.q7sBqRlbUcC_H8w1",
        "redis://:hunter2secret@h:6379/0",
        "connection with knownpassword failed",
    ],
)
def test_secrets_are_hidden_wherever_they_turn_up(
    secret: str, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(privacy._Known, "pattern", None)
    privacy.hide_also(["knownpassword", "short", ""])
    structlog.get_logger().warning("thing_failed", detail=secret)
    logging.getLogger("library").error("said %s", secret)
    told = json.dumps(lines())
    for word in ("abcdef", "LG9Acf", "hunter2", "knownpassword", "1xWiVZ", "lp31t4"):
        assert word not in told


def test_the_settings_own_secrets_are_known() -> None:
    values = {**vars(env.read()), "secret_key": "k1", "secret_key_fallbacks": ["k2"]}
    values |= {"monitoring_token": "t", "redis_url": "redis://:p%40ss@h/0"}
    values |= {"database": {"PASSWORD": "d"}, "email": {"EMAIL_HOST_PASSWORD": "e"}}
    assert env.Environment(**values).secrets == ["k1", "k2", "t", "d", "e", "p@ss"]


def test_words_on_standard_error_become_lines() -> None:
    stream = io.StringIO()
    error = process.JsonLines(stream)
    error.write("half of ")
    assert stream.getvalue() == ""
    error.write("a line\n\n" + json.dumps({"message": "whole"}) + "\nthe next")
    error.flush()
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first["message"] == "half of a line"
    assert wrong_in(first) == []
    assert second == {"message": "whole"}


def _record(name: str, level: int, message: object) -> logging.LogRecord:
    return logging.LogRecord(name, level, "", 0, message, ("x",), None)


WORKER = "dramatiq.worker.ConsumerThread(media)"
LOST = "Consumer encountered a connection error: %s"


def test_one_complaint_a_minute_passes_and_tells_of_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    bounded = Bounded()

    def complain() -> logging.LogRecord | None:
        record = _record(WORKER, logging.CRITICAL, LOST)
        return record if bounded.filter(record) else None

    assert [bool(complain()) for _ in range(3)] == [True, False, False]
    now += 61
    record = complain()
    assert record is not None
    assert "2 times" in record.getMessage()


def test_what_lasts_is_said_once_a_minute_and_how_often(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    bounded = Bounded()
    away = {"event": "cache_away", "reason": "ConnectionError"}
    passed = [bounded.filter(_record("x", logging.WARNING, dict(away))) for _ in range(50)]
    assert sum(passed) == 1
    now += 61
    record = _record("x", logging.WARNING, dict(away))
    assert bounded.filter(record)
    assert cast("dict[str, Any]", record.msg)["repeated"] == 49


@pytest.mark.parametrize(
    "record",
    [
        _record("videos", logging.CRITICAL, LOST),
        _record("dramatiq.WorkerProcess(0)", logging.INFO, "Stopping worker process..."),
        _record("x", logging.WARNING, {"event": "task_failed", "reason": "ValueError"}),
        _record("x", logging.WARNING, {"event": "thing_broke"}),
    ],
    ids=["another logger", "no complaint", "about a task", "no reason given"],
)
def test_everything_else_passes(record: logging.LogRecord) -> None:
    bounded = Bounded()
    assert all(bounded.filter(record) for _ in range(3))


@pytest.mark.parametrize(
    ("name", "level", "message"),
    [
        ("django.request", logging.WARNING, "Unauthorized: %s"),
        ("uvicorn.error", logging.INFO, '%s - "WebSocket %s" [accepted]'),
        ("uvicorn.error", logging.INFO, "connection open"),
    ],
)
def test_what_the_line_of_the_request_says_is_not_said_again(
    name: str, level: int, message: str
) -> None:
    assert not Bounded().filter(_record(name, level, message))


def test_the_documented_table_is_the_codes() -> None:
    told = (Path(settings.BASE_DIR) / "docs" / "operations.md").read_text()
    rows = re.findall(r"^\| `([^`]+)` \| (keyword|text|long|date|ip) \|", told, re.M)
    assert dict(rows) == {**fields.FIELDS, "labels.*": "keyword"}


def _written(*texts: str) -> list[dict[str, Any]]:
    stream = io.StringIO()
    error = process.JsonLines(stream)
    for text in texts:
        error.write(text)
    error.end()
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize(
    "text",
    [
        "{'a': 1}",
        "{not json}",
        '{"code": 5}',
        pytest.param('{"a":' * 5000 + "1" + "}" * 5000, id="nested"),
        "{}",
        "{1}",
        '{"ecs.version": ',
        '{"message": 5}',
        '{"message": "x", "http.response.status_code": "200"}',
        "a\x00b\x1b[31m",
    ],
)
def test_what_only_looks_like_a_line_is_words(text: str) -> None:
    [line] = _written(text + "\n")
    assert set(line) >= {"ecs.version", "message", "log.level", "event.dataset"}
    assert set(line) <= set(fields.FIELDS)
    assert line["log.logger"] == "stderr"


def test_a_line_of_ours_after_half_a_line_of_others_stays_one() -> None:
    ours = '{"ecs.version": "8.17", "message": "ours"}\n'
    assert [line["message"] for line in _written("half", ours, "rest")] == ["half", "ours", "rest"]


def test_a_handler_of_a_signal_may_write_in_the_midst_of_a_line() -> None:
    class Interrupted(io.StringIO):
        def write(self, text: str) -> int:
            if "first" in text:
                error.write("second\n")
            return super().write(text)

    error = process.JsonLines(Interrupted())
    writer = threading.Thread(target=error.write, args=["first\n"], daemon=True)
    writer.start()
    writer.join(5)
    assert not writer.is_alive()


def test_what_is_raised_in_a_finalizer_is_one_line(lines: Lines) -> None:
    class Left:
        def __del__(self) -> None:
            raise ValueError("left open\nsecond line")

    before, sys.unraisablehook = sys.unraisablehook, process._tell_of_unraisable
    try:
        Left()
    finally:
        sys.unraisablehook = before
    [line] = lines()
    assert (line["event.action"], line["error.type"]) == ("exception_ignored", "ValueError")
    assert wrong_in(line) == []


def test_a_message_is_cut_and_holds_whole_characters(lines: Lines) -> None:
    logging.getLogger("some.library").error("x" * 100_000)
    assert len(lines()[0]["message"]) == 30_000
    assert fields.typed("message", "half \udcff") == "half ?"
