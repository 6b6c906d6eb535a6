"""Cut texts into words, in any script: in lower case and without accents.

``search_index`` has the same in SQL: both databases cut the same words.
"""

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_MARK = re.compile("[\u0300-\u036f]")
# Letters that are no accented ones, as PostgreSQL's `unaccent` writes them.
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ħ": "h",
        "\u0131": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ð": "d",
    }
)


def of(text: str) -> list[str]:
    """Return the words of a text, in lower case and without accents."""
    return _WORD.findall(plain(text))


def all_begin(text: str, told: str | None) -> bool:
    """Return whether a text has words, and each of them begins one of what is told."""
    begins, there = _beginnings(text), plain(told or "")
    return bool(begins) and all(one.search(there) for one in begins)


def plain(text: str) -> str:
    """Return a text in lower case and without accents."""
    if text.isascii():
        return text.lower()
    bare = _MARK.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return bare.translate(_LETTERS)


@lru_cache(maxsize=64)
def _beginnings(text: str) -> tuple[re.Pattern[str], ...]:
    """Return for each word of a text what finds a word that it begins."""
    return tuple(re.compile(rf"(?<![^\W_]){re.escape(word)}") for word in of(text))
