"""The doctor: every check is heard, and what is bad is told from what is worth a look."""

import json
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test.utils import override_settings
from structlog.testing import capture_logs

from processing import health
from processing.ffmpeg.errors import SandboxUnavailable
from processing.ffmpeg.running.sandbox import Mode, Sandbox
from processing.health import CheckResult, Level, diagnosis, start, tools, walls
from processing.health.site import static_files
from tests.servers import prepared

DETECT = "processing.health.walls.detect"


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """How the sandbox of this machine is made to look."""
    return monkeypatch


def program(folder: Path, version: str) -> str:
    """An ffmpeg that only knows its version."""
    path = folder / "ffmpeg"
    path.write_text(f"#!/bin/sh\necho 'ffmpeg version {version} Copyright'\n")
    path.chmod(0o755)
    return str(path)


def only(monkeypatch: pytest.MonkeyPatch, *findings: CheckResult) -> None:
    def check(finding: CheckResult) -> health.Check:
        return lambda: finding

    monkeypatch.setattr(health, "DOCTOR", tuple(map(check, findings)))


def doctor(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    try:
        call_command("doctor", *options)
    except SystemExit as left:
        return int(str(left.code)), capsys.readouterr().out
    return 0, capsys.readouterr().out


FINE = CheckResult("One", True, "fine", "not said")
LESSER = CheckResult("Two", False, "It is old.", "Renew it.", lesser=True, code="two_old")
BAD = CheckResult("Three", False, "It is gone.", "Bring it back.", code="three_gone")


def test_a_warning_alone_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    only(monkeypatch, FINE, LESSER)
    code, told = doctor(capsys)
    assert code == 0
    assert told.splitlines() == ["ok    One: fine", "warn  Two: It is old. Renew it. [two_old]"]


def test_a_warning_is_one_for_the_strict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    only(monkeypatch, FINE)
    assert doctor(capsys, "--strict")[0] == 0
    only(monkeypatch, FINE, LESSER)
    assert doctor(capsys, "--strict")[0] == 1


def test_a_fault_is_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    only(monkeypatch, BAD, LESSER)
    code, told = doctor(capsys)
    assert code == 1
    assert told.splitlines()[0] == "wrong Three: It is gone. Bring it back. [three_gone]"


def row(name: str, code: str, level: str, detail: str, hint: str) -> dict[str, str]:
    return {"name": name, "code": code, "level": level, "detail": detail, "hint": hint}


def test_programs_are_told_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    only(monkeypatch, FINE, LESSER, BAD)
    code, told = doctor(capsys, "--json")
    assert code == 1
    assert json.loads(told) == {
        "ok": False,
        "checks": [
            row("One", "ok", "ok", "fine", ""),
            row("Two", "two_old", "warning", "It is old.", "Renew it."),
            row("Three", "three_gone", "fault", "It is gone.", "Bring it back."),
        ],
    }


def test_a_check_that_raises_names_the_error_and_the_others_are_heard() -> None:
    def broken_thing() -> CheckResult:
        raise ZeroDivisionError("at a secret place")

    first, second = health.diagnose((broken_thing, lambda: FINE))
    assert (first.name, first.level) == ("Broken thing", Level.FAULT)
    assert "ZeroDivisionError" in first.detail
    assert "secret" not in first.detail + first.hint
    assert second == FINE


class Broken(BaseException):
    """What no check expects."""


@pytest.mark.parametrize("error", [TypeError, ZeroDivisionError, SystemExit, Broken])
def test_whatever_any_check_raises_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: type[BaseException],
) -> None:
    def raising(check: health.Check) -> health.Check:
        def fail() -> CheckResult:
            raise error("at a secret place")

        fail.__name__ = check.__name__
        return fail

    for check in health.DOCTOR:
        others = (lambda: FINE, lambda: LESSER)
        monkeypatch.setattr(health, "DOCTOR", (raising(check), *others))
        code, told = doctor(capsys)
        assert code == 1, check.__name__
        assert f"The check itself failed: {error.__name__}." in told
        assert "ok    One: fine" in told
        assert "Traceback" not in told
        assert "secret" not in told


def test_a_check_that_hangs_keeps_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "LONGEST_SECONDS", 0.2)
    hanging = threading.Event()

    def stuck_thing() -> CheckResult:
        hanging.wait(60)
        return FINE

    begun = time.monotonic()
    first, second = health.diagnose((stuck_thing, lambda: LESSER))
    hanging.set()
    assert time.monotonic() - begun < 30
    assert (first.code, first.name) == ("check_timed_out", "Stuck thing")
    assert second == LESSER


def test_what_needs_the_database_is_not_asked_while_that_is_at_fault() -> None:
    def asks_it() -> CheckResult:
        raise AssertionError("it was asked")

    def gate() -> CheckResult:
        return BAD

    found = health.diagnose((gate, asks_it), gate=gate, gated={asks_it})
    assert [one.code for one in found] == ["three_gone", "not_looked_at"]


def test_what_keeps_several_from_working_is_told_once() -> None:
    assert health.diagnose((lambda: BAD, lambda: [BAD, LESSER])) == [BAD, LESSER]


def test_no_secret_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    said = (
        f"{settings.SECRET_KEY} redis://:hunter2x@h/0 "
        "https://b/k?X-Amz-Credential=AKIA%2F&X-Amz-Signature=abcdef"
    )
    with override_settings(REDIS_URL="redis://:hunter2x@h/0", EMAIL_HOST_PASSWORD="letters%20in"):
        [finding] = health.diagnose((lambda: CheckResult("X", False, said, "letters%20in"),))
    told = finding.detail + finding.hint
    assert told.count("(hidden)") == 5
    for secret in (settings.SECRET_KEY, "hunter2x", "AKIA", "abcdef", "letters"):
        assert secret not in told


def test_what_is_advised_can_be_read() -> None:
    advice = "Set EMAIL_URL to your mail server: smtp+tls://user:password@host:587."
    [finding] = health.diagnose((lambda: CheckResult("X", False, "", advice),))
    assert finding.hint == advice


def test_all_of_a_real_installation_is_looked_at(
    transactional_db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    _, told = doctor(capsys, "--json")
    seen = {one["name"]: one["level"] for one in json.loads(told)["checks"]}
    assert seen["Database"] == seen["Redis"] == seen["FFmpeg"] == "ok"
    assert seen["Workers"] == seen["Reconciler"] == "fault"
    assert "check_failed" not in told


def test_an_ffmpeg_without_other_codecs_is_a_warning(tmp_path: Path) -> None:
    assert tools.other_codecs().detail == "av1 by libsvtav1, opus by libopus"
    with override_settings(FFMPEG=program(tmp_path, "5.1")):
        finding = tools.other_codecs()
    assert finding.level is Level.WARNING
    assert "No av1, it lacks libsvtav1" in finding.detail


def test_an_ffmpeg_without_security_fixes_is_a_warning(tmp_path: Path) -> None:
    old = program(tmp_path, "4.4.2-0ubuntu0.22.04.1")
    with override_settings(FFMPEG=old, FFPROBE=old):
        finding = tools.ffmpeg_fixes()
    assert finding.level == Level.WARNING
    assert "4.4.2" in finding.detail
    assert "CVE-2026-40962 (demuxer mov)" in finding.detail


def test_ffprobe_is_judged_too(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    new, old = program(tmp_path / "new", "99.1"), program(tmp_path, "4.4.2")
    with override_settings(FFMPEG=new, FFPROBE=old):
        assert "4.4.2" in tools.ffmpeg_fixes().detail


def test_a_development_build_is_a_warning(tmp_path: Path) -> None:
    built = program(tmp_path, "N-118000-g1a2b3c4d5e")
    with override_settings(FFMPEG=built, FFPROBE=built):
        finding = tools.ffmpeg_fixes()
    assert finding.level == Level.WARNING
    assert "development build" in finding.detail


@pytest.mark.parametrize(("chosen", "level"), [("auto", "warning"), ("required", "fault")])
def test_no_sandbox_by_accident_is_told(
    sandbox: pytest.MonkeyPatch, chosen: Mode, level: str
) -> None:
    sandbox.setattr(DETECT, lambda mode: Sandbox("pdeathsig"))
    sandbox.setattr(walls, "why_not", lambda: ("it is so", "Mend it."))
    with override_settings(ENV=replace(settings.ENV, sandbox=chosen)):
        finding = walls.sandbox()
    assert (finding.level, finding.hint) == (level, "Mend it.")
    assert "the sandbox does not work: it is so" in finding.detail


def test_why_there_is_no_sandbox_is_told(sandbox: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sandbox.setattr(walls, "_PROC", tmp_path)
    assert "most likely" in walls.why_not()[0]
    (tmp_path / "user").mkdir()
    (tmp_path / "user/max_user_namespaces").write_text("0\n")
    assert walls.why_not()[0] == "user.max_user_namespaces is 0"
    sandbox.setenv("PATH", str(tmp_path))
    assert walls.why_not()[0] == "bwrap is not installed"


def test_a_sandbox_that_could_not_be_tried_is_no_traceback(sandbox: pytest.MonkeyPatch) -> None:
    def refuse(mode: Mode) -> Sandbox:
        raise SandboxUnavailable("The sandbox could not be tried.")

    sandbox.setattr(DETECT, refuse)
    assert walls.sandbox().code == "sandbox_not_tried"


def test_a_start_says_loudly_what_is_unsafe(sandbox: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sandbox.setattr(DETECT, lambda mode: Sandbox("none"))
    old = program(tmp_path, "4.4.2")
    with override_settings(FFMPEG=old, FFPROBE=old), capture_logs() as logs:
        start.warn()
    assert {line["log_level"] for line in logs} == {"warning"}
    assert {line["check"] for line in logs} == {"FFmpeg's security fixes", "Sandbox"}
    assert all(line["do"] for line in logs)


def test_a_safe_start_says_nothing(sandbox: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sandbox.setattr("processing.health.start.START", (lambda: FINE,))
    with capture_logs() as logs:
        start.warn()
    assert logs == []


def test_missing_static_files_are_a_fault(tmp_path: Path) -> None:
    manifest = "config.static_files.ModuleStorage"
    storages = {"staticfiles": {"BACKEND": manifest}}
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path, DEBUG=False):
        finding = static_files()
    assert finding.level == Level.FAULT
    assert "collectstatic" in finding.hint


@pytest.mark.slow
def test_static_files_of_another_version_are_a_fault(tmp_path: Path) -> None:
    storages = {"staticfiles": {"BACKEND": "config.static_files.ModuleStorage"}}
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path, DEBUG=False):
        prepared.static_files(tmp_path)
        assert static_files().ok
        (tmp_path / "css/site.css").write_text("body {}")
        finding = static_files()
        (tmp_path / "css/site.css").unlink()
        assert static_files().code == finding.code == "static_files_old"
    assert "css/site.css differs" in finding.detail


def test_an_old_ffmpeg_is_a_fault(tmp_path: Path) -> None:
    old = program(tmp_path, "4.1")
    with override_settings(FFMPEG=old, FFPROBE=old):
        codes = {one.code for one in tools.ffmpeg()}
    assert codes == {"ffmpeg_too_old", "ffmpeg_lacks", "ffmpeg_reads_less"}


@pytest.mark.parametrize("mode", [0o644, None])
def test_an_ffmpeg_that_does_not_start_is_a_fault(tmp_path: Path, mode: int | None) -> None:
    there = tmp_path / "ffmpeg"
    if mode is not None:
        there.write_text("no program")
        there.chmod(mode)
    with override_settings(FFMPEG=str(there)):
        [finding] = tools.ffmpeg()
    assert finding.code == "ffmpeg_missing"
    assert str(there) in finding.detail
