"""The registry of notices is what docs, API and pages read."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from processing.ffmpeg import notices
from processing.ffmpeg.notices import KINDS, Kind, Notice

ROOT = Path(__file__).parents[3]
TABLE = (ROOT / "docs/api.md").read_text().partition("## Notices")[2].partition("\n## ")[0]


def test_every_notice_is_documented_and_every_documented_one_is_there() -> None:
    told = dict(re.findall(r"^\| `([a-z_]+)` \| (.+?) \|", TABLE, re.M))
    assert told == {kind.code: kind.when for kind in KINDS.values()}
    for kind in KINDS.values():
        assert f"| {kind.advice or '-'} |" in TABLE


def test_every_kind_is_registered_and_given_somewhere() -> None:
    declared = {name: one for name, one in vars(notices).items() if isinstance(one, Kind)}
    assert {one.code for one in declared.values()} == KINDS.keys()
    assert {name.lower() for name in declared} == KINDS.keys()
    code = "".join(
        path.read_text()
        for folder in ("processing", "videos")
        for path in (ROOT / folder).rglob("*.py")
        if "tests" not in path.parts and path.name != "notices.py"
    )
    assert [name for name in declared if not re.search(rf"notices\.{name}\b", code)] == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_a_notice_is_one_plain_sentence(kind: Kind) -> None:
    names = {name for _, name, _, _ in string.Formatter().parse(kind.sentence) if name}
    notice = kind(**dict.fromkeys(names, 1))
    assert re.fullmatch(r"[A-Z1].+\.", notice.message)
    assert "{" not in notice.message
    assert Notice.from_json(notice.to_json()) == notice


def test_notices_of_another_version_are_read() -> None:
    newer = {"code": "newer", "message": "New.", "details": {}, "more": 1}
    assert Notice.from_json(newer) == Notice("newer", "New.")
