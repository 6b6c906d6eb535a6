"""How the characters of a file are encoded."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence

from processing.captions.draft import Draft
from processing.captions.errors import CaptionsUnreadable

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Those in which captions are found. Of two that are alike the larger one stands here.
_LATIN, _CYRILLIC = ("cp1252", "cp1250", "cp1254", "cp1257", "iso8859_2"), ("cp1251", "koi8_r")
_EASTERN = ("cp932", "euc_jp", "gb18030", "big5hkscs", "cp949")
_OTHERS = ("cp1253", "cp1255", "cp1256", "cp1258", "cp874")
CANDIDATES = (*_LATIN, *_CYRILLIC, *_EASTERN, *_OTHERS)
_BY_LANGUAGE: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "sr", "mk"), _CYRILLIC),
    **dict.fromkeys(
        ("pl", "cs", "sk", "hu", "ro", "hr", "sl", "bs", "sq"), ("cp1250", "iso8859_2")
    ),
    **dict.fromkeys(("lt", "lv", "et"), ("cp1257",)),
    **dict.fromkeys(("ar", "fa", "ur"), ("cp1256",)),
    **dict.fromkeys(("he", "iw", "yi"), ("cp1255",)),
    **dict.fromkeys(
        ("en", "fr", "de", "es", "pt", "it", "nl", "sv", "da", "nb", "nn", "no", "fi", "is", "ca"),
        ("cp1252",),
    ),
    "el": ("cp1253",),
    "tr": ("cp1254",),
    "vi": ("cp1258",),
    "th": ("cp874",),
    "ja": ("cp932", "euc_jp"),
    "ko": ("cp949",),
    "zh": ("gb18030", "big5hkscs"),
}
_TRADITIONAL = frozenset(("hant", "tw", "hk", "mo"))
# How the names of encodings of text begin; Python has others for other ends.
_WRITTEN = (
    "utf-8", "utf-16", "utf-32", "ascii", "cp", "iso8859", "iso2022", "koi8", "mac", "shift_jis",
    "euc", "gb", "big5", "johab", "tis-620", "hz", "ptcp154", "kz1048",
)  # fmt: skip
# Bytes of text that are looked at; each takes the detector about a microsecond.
_SAMPLE = 64 * 1024
# With fewer bytes beyond ASCII the detector's answer is chance, so that the order counts.
_FEW = 24


def decode(data: bytes, draft: Draft, *, language: str = "") -> str:
    """Return the text of a file: by its byte order mark, by what it declares as XML, as UTF-8 or
    UTF-16, and else by a guess, of which a notice tells.

    ``language`` (BCP 47) helps the guess. Raises ``CaptionsUnreadable``.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decoded(data, name, draft)
    if named := _declared(data):
        return _decoded(data, named, draft)
    if wide := _without_mark(data):
        return _decoded(data, wide, draft)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if _is_damaged_utf8(data):
        return _decoded(data, "utf-8", draft)
    name = _guessed(data, language)
    draft.tell("captions_encoding_guessed", encoding=_called(name))
    return _decoded(data, name, draft)


def unicode(data: bytes) -> str | None:
    """Return the text of a file that is whole and surely Unicode, else None."""
    marked = [name for mark, name in _MARKS if data.startswith(mark)]
    try:
        return data.decode(marked[0] if marked else "utf-8").lstrip("\ufeff")
    except UnicodeDecodeError:
        return None


def _is_known(encoding: str) -> bool:
    """Whether there is an encoding of that name in which files are written."""
    try:
        name = codecs.lookup(encoding[:40]).name
    except (LookupError, ValueError):
        return False
    return name.startswith(_WRITTEN)


def _decoded(data: bytes, name: str, draft: Draft) -> str:
    text = data.decode(name, errors="replace")
    if damaged := text.count("\ufffd"):
        if damaged * 10 > len(text):
            raise CaptionsUnreadable("captions_encoding_unknown")
        draft.tell("captions_bytes_replaced", count=damaged)
    return text.lstrip("\ufeff")


def _declared(data: bytes) -> str:
    """Return the encoding that an XML declaration names, if there is such a one."""
    found = re.match(rb"<\?xml[^<>]{0,80}\sencoding\s?=\s?[\"']([\w.-]{1,40})[\"']", data)
    name = found[1].decode("ascii") if found else ""
    return name if _is_known(name) else ""


def _without_mark(data: bytes) -> str:
    """Return the kind of UTF-16 if many bytes of the beginning are 0, and every other one of them:
    whatever the language, times are written in ASCII."""
    start = data[:2048]
    even, odd = start[::2].count(0), start[1::2].count(0)
    half = len(start) // 2
    if odd * 5 > half and even * 20 < odd:
        return "utf-16-le"
    if even * 5 > half and odd * 20 < even:
        return "utf-16-be"
    return ""


def _is_damaged_utf8(data: bytes) -> bool:
    """Whether only few of the bytes beyond ASCII do not fit UTF-8."""
    text = data.decode("utf-8", errors="replace")
    beyond = len(text) - len(text.encode("ascii", errors="ignore"))
    return text.count("\ufffd") * 10 < beyond


def _guessed(data: bytes, language: str) -> str:
    sample = b"\n".join(_lines(data))
    fitting = [name for name in CANDIDATES if _fits(sample, name)]
    if not fitting:
        raise CaptionsUnreadable("captions_encoding_unknown")
    for name in _of_language(language):
        if name in fitting:
            return name
    return _most_likely(sample, fitting)


def _lines(data: bytes) -> list[bytes]:
    """Return lines with bytes beyond ASCII, as many as are looked at."""
    found: list[bytes] = []
    size = 0
    for line in data.splitlines():
        if line.isascii():
            continue
        found.append(line[:_SAMPLE])
        size += len(line)
        if size >= _SAMPLE:
            break
    return found


def _fits(sample: bytes, name: str) -> bool:
    """Whether the sample is text in that encoding; its last character may be cut."""
    text = sample.decode(name, errors="replace")
    return text[:-1].count("\ufffd") == 0 and not re.search("[\x80-\x9f]", text)


def _of_language(language: str) -> Sequence[str]:
    primary, *subtags = language.lower().split("-")
    if primary == "zh" and not _TRADITIONAL.isdisjoint(subtags):
        return ("big5hkscs", "gb18030")
    return _BY_LANGUAGE.get(primary, ())


def _most_likely(sample: bytes, fitting: Sequence[str]) -> str:
    beyond = sum(byte > 127 for byte in sample)
    if beyond < _FEW:
        letters = sum(chr(byte).isalpha() for byte in sample if byte < 128)
        if letters > beyond and "cp1252" in fitting:
            return "cp1250" if _centrals(sample) > 0 and "cp1250" in fitting else "cp1252"
        if "cp1251" in fitting and _is_written(sample.decode("cp1251", "replace")):
            return "cp1251"
    from charset_normalizer import from_bytes  # noqa: PLC0415  # only old files need it

    found = from_bytes(sample, cp_isolation=list(fitting), enable_fallback=False).best()
    name = found.encoding if found is not None else fitting[0]
    return "cp1252" if name == "cp1250" and _centrals(sample) < 0 else name


def _centrals(sample: bytes) -> int:
    """Return how many more letters are those of Central Europe than those of Western Europe, of
    the bytes that are one in the one code page and another in the other."""
    west, centre = sample.decode("cp1252", "replace"), sample.decode("cp1250", "replace")
    apart = [(w, c) for w, c in zip(west, centre, strict=True) if w != c]
    return sum(c in _CENTRAL for _, c in apart) - sum(w in _WESTERN for w, _ in apart)


_WESTERN = frozenset("àèêëìîïñòõøùûæåãÀÈÊÑØÅÆÃ¿¡œŒ")
_CENTRAL = frozenset("ąćęłńśźżčďěňřšťůžőűăţşĄĆĘŁŃŚŹŻČĎĚŇŘŠŤŮŽŐŰĂŢŞ")


_MARKS_OF_WRITING = "\xab\xbb\u201e\u201c\u201d\u2014\u2013\u2026\u2116\u2019"


def _is_written(text: str) -> bool:
    """Whether its words beyond ASCII are letters in lower case, perhaps but the first, or all in
    upper case."""
    words = [word for word in re.split(r"[\W\d_]+", text) if not word.isascii()]
    marks = [one for one in re.sub(r"[\w\s]", "", text) if not one.isascii()]
    others = [one for one in marks if one not in _MARKS_OF_WRITING]
    return not others and all(word[1:].islower() or word.isupper() for word in words)


def _called(name: str) -> str:
    return {"cp932": "Shift-JIS", "cp949": "EUC-KR", "big5hkscs": "Big5"}.get(
        name, name.replace("_", "-")
    )
