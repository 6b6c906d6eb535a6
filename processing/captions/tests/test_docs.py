"""The docs have every format, notice and code of captions, and each of those is given somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from processing.captions import errors, notices
from processing.captions.document import Notice
from processing.captions.formats import FORMATS

ROOT = Path(__file__).parents[3]
SECTION = re.compile(r"^## Captions\n(.*?)^## ", re.M | re.S)
SOURCE = "".join(
    path.read_text()
    for path in (ROOT / "processing").rglob("*.py")
    if "tests" not in path.parts and path.name not in ("errors.py", "notices.py")
)


def _section(name: str) -> str:
    found = SECTION.search((ROOT / "docs" / name).read_text())
    assert found is not None
    return found[1]


def test_every_notice_is_documented_and_given() -> None:
    told = re.findall(r"^\| `(\w+)` \| (.+?) \|$", _section("media.md"), re.M)
    assert told == [(kind.code, kind.when) for kind in notices.KINDS.values()]
    assert [code for code in notices.KINDS if f'"{code}"' not in SOURCE] == []


def test_every_code_is_documented_with_what_to_do_and_is_given() -> None:
    told = dict(re.findall(r"^\| `(captions_\w+)` \| (.+?) \|$", _section("errors.md"), re.M))
    assert told == errors.SENTENCES
    given = {code for code in errors.SENTENCES if f'"{code}"' in SOURCE}
    assert given == errors.SENTENCES.keys()


@pytest.mark.parametrize("kind", notices.KINDS.values(), ids=lambda kind: kind.code)
def test_a_notice_is_a_sentence(kind: notices.Kind) -> None:
    details = dict.fromkeys(re.findall(r"\{(\w+)\}", kind.sentence), 1)
    told = notices.sentence(Notice(kind.code, details))
    assert told[0].isupper()
    assert told.endswith(".")
    assert "{" not in told


def test_every_format_is_documented() -> None:
    section = _section("media.md")
    names = {"webvtt": "WebVTT", "ebu-stl": "EBU STL"}
    assert [one for one in FORMATS if names.get(one, one.upper()) not in section] == []
