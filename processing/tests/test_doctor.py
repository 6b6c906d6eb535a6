"""The doctor: every check is heard, and what is bad is told from what is worth a look."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import override_settings
from structlog.testing import capture_logs

from processing import health
from processing.ffmpeg.errors import ToolMissing
from processing.ffmpeg.running.sandbox import Mode, Sandbox
from processing.health import Finding, Level, checks, start, tools
from processing.health.servers import static_files

DETECT = "processing.ffmpeg.running.ffmpeg.detect"


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


def only(monkeypatch: pytest.MonkeyPatch, *findings: Finding) -> None:
    def check(finding: Finding) -> checks.Check:
        return lambda: finding

    monkeypatch.setattr(health, "DOCTOR", tuple(map(check, findings)))


def doctor(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    try:
        call_command("doctor", *options)
    except SystemExit as left:
        return int(str(left.code)), capsys.readouterr().out
    return 0, capsys.readouterr().out


FINE = Finding("One", True, "fine", "not said")
LESSER = Finding("Two", False, "old", "Renew it.", lesser=True)
BAD = Finding("Three", False, "gone", "Bring it back.")


def test_a_warning_alone_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    only(monkeypatch, FINE, LESSER)
    code, told = doctor(capsys)
    assert code == 0
    assert told.splitlines() == ["ok    One: fine", "warn  Two (old): Renew it."]


def test_a_fault_is_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    only(monkeypatch, BAD, LESSER)
    code, told = doctor(capsys)
    assert code == 1
    assert told.splitlines()[0] == "wrong Three (gone): Bring it back."


def test_programs_are_told_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    only(monkeypatch, FINE, LESSER, BAD)
    code, told = doctor(capsys, "--json")
    assert code == 1
    assert json.loads(told) == {
        "ok": False,
        "checks": [
            {"name": "One", "level": "ok", "detail": "fine", "hint": ""},
            {"name": "Two", "level": "warning", "detail": "old", "hint": "Renew it."},
            {"name": "Three", "level": "fault", "detail": "gone", "hint": "Bring it back."},
        ],
    }


def test_a_check_that_raises_names_the_error_and_the_others_are_heard() -> None:
    def broken_thing() -> Finding:
        raise ZeroDivisionError("at a secret place")

    first, second = health.diagnose((broken_thing, lambda: FINE))
    assert (first.name, first.level) == ("Broken thing", Level.FAULT)
    assert "ZeroDivisionError" in first.detail
    assert "secret" not in first.detail + first.hint
    assert second is FINE


def test_a_failing_check_is_no_traceback(
    db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*args: Any) -> None:
        raise TypeError

    with monkeypatch.context() as broken:
        broken.setattr(connection, "ensure_connection", fail)
        code, told = doctor(capsys)
    assert code == 1
    assert "TypeError" in told
    assert "ok    Python" in told


def test_an_ffmpeg_without_other_codecs_is_a_warning(tmp_path: Path) -> None:
    assert tools.other_codecs().detail == "av1 by libsvtav1, opus by libopus"
    with override_settings(FFMPEG=program(tmp_path, "5.1")):
        finding = tools.other_codecs()
    assert finding.level is Level.WARNING
    assert "no av1, it lacks libsvtav1" in finding.detail


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


def test_no_sandbox_by_accident_is_a_warning(sandbox: pytest.MonkeyPatch) -> None:
    sandbox.setattr(DETECT, lambda mode: Sandbox("pdeathsig"))
    finding = tools.sandbox()
    assert finding.level == Level.WARNING
    assert "bubblewrap" in finding.hint


def test_a_required_sandbox_that_does_not_work_is_a_fault(sandbox: pytest.MonkeyPatch) -> None:
    def refuse(mode: Mode) -> Sandbox:
        raise ToolMissing("The sandbox is required.", code="sandbox_unavailable")

    sandbox.setattr(DETECT, refuse)
    assert tools.sandbox().level == Level.FAULT


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
