"""Where the corpus of real and hostile files is: not part of the project, for its size.

`VODLOOM_CORPUS` names its folder; otherwise `../shared/corpus` is taken where it exists. Tests that
want it are skipped without it, and say so.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "corpus"
CORPUS = Path(os.environ.get("VODLOOM_CORPUS") or _BESIDE).absolute()
VIDEOS = CORPUS / "videos"
HOSTILE = CORPUS / "hostile"

needs_corpus = pytest.mark.skipif(
    not (CORPUS / "index.tsv").is_file(), reason="VODLOOM_CORPUS names no folder with an index.tsv"
)


def rows() -> list[dict[str, str]]:
    """What the index says of each file; none without a corpus."""
    listing = CORPUS / "index.tsv"
    if not listing.is_file():
        return []
    with listing.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def each(cases: list[object]) -> list[object]:
    """The cases of a parametrisation over the corpus; without one a single case that is skipped,
    where none would be no test at all."""
    return cases or [pytest.param(None, id="no-corpus", marks=needs_corpus)]
