"""All that the doctor can say stands in the docs, as it is said."""

from __future__ import annotations

import re
from pathlib import Path

from processing.health import catalogue
from processing.health.finding import Kind

ROOT = Path(__file__).parents[3]
KINDS = [kind for _, subject in catalogue.SUBJECTS for kind in catalogue.kinds(subject)]


def test_the_docs_show_what_manage_py_doctor_list_prints() -> None:
    assert catalogue.table() in (ROOT / "docs/doctor.md").read_text()


def test_codes_are_stable_words_and_each_is_one_thing() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes) > 100
    assert all(re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", code) for code in codes)


def test_each_says_what_is_wrong_and_what_to_do_in_sentences() -> None:
    def is_sentence(text: str) -> bool:
        return "\n" not in text and "|" not in text and text[-1] in ".}"

    assert [kind.code for kind in KINDS if not is_sentence(kind.says)] == []
    assert [kind.code for kind in KINDS if not is_sentence(kind.do)] == []


def test_each_is_told_somewhere() -> None:
    health = ROOT / "processing/health"
    code = "".join(
        path.read_text() for path in health.rglob("*.py") if path.parent != health / "catalogue"
    )
    untold = [
        f"{title}: {name}"
        for title, subject in catalogue.SUBJECTS
        for name, kind in vars(subject).items()
        if isinstance(kind, Kind) and not re.search(rf"kinds\.{name}\b|any_check\.{name}\b", code)
    ]
    assert untold == []
