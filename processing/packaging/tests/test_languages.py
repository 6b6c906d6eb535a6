"""Language codes as files carry them, and as players want them."""

from __future__ import annotations

import pytest

from processing.packaging.languages import tag


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("eng", "en"),
        ("ger", "de"),
        ("deu", "de"),
        ("ENG", "en"),
        ("en", "en"),
        ("pt-BR", "pt-BR"),
        ("gsw", "gsw"),
        ("und", ""),
        ("zxx", ""),
        ("", ""),
        ('e"n', ""),
        ("en\n", ""),
    ],
)
def test_the_shortest_tag(code: str, expected: str) -> None:
    assert tag(code) == expected
