"""Files in any encoding are read, and a guess is told."""

# ruff: noqa: RUF001  # the letters of other languages

from __future__ import annotations

import pytest

from processing.captions.errors import CaptionsUnreadable
from processing.captions.reading import read

SRT = "1\n00:00:01,000 --> 00:00:02,000\n{}\n"
RUSSIAN = "Привет, мир! Как дела?\nЭто хороший день для прогулки."
POLISH = "Zażółć gęślą jaźń. Dzień dobry, jak się masz?\nŻycie jest piękne"
FRENCH = "Ça va très bien, merci. À bientôt, mon garçon!\nIl était une fois"
GERMAN = "Schöne Grüße aus München, es ist natürlich heiß"
SPANISH = "¿Qué pasa, señor? Mañana será otro día, ¡adiós!"
JAPANESE = "こんにちは、世界。今日はとても良い天気ですね。\n散歩に行きましょう"
CHINESE = "你好，世界。今天天气很好，我们去散步吧。\n谢谢你的帮助"
TAIWANESE = "你好，世界。今天天氣很好，我們去散步吧。\n謝謝你的幫助"
KOREAN = "안녕하세요 세계. 오늘 날씨가 참 좋네요.\n산책하러 갑시다"
GREEK = "Καλημέρα κόσμε. Τι κάνεις σήμερα;\nΕίναι ωραία μέρα"
ARABIC = "مرحبا بالعالم. كيف حالك اليوم؟\nإنه يوم جميل"
HEBREW = "שלום עולם. מה שלומך היום?\nזה יום יפה"
TURKISH = "Günaydın dünya. Nasılsın bugün? Şimdi gidiyoruz.\nİyi şanslar"
THAI = "สวัสดีชาวโลก วันนี้อากาศดีมาก"


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"],
)
@pytest.mark.parametrize("text", [RUSSIAN, JAPANESE, "plain"])
def test_unicode_is_recognised(text: str, encoding: str) -> None:
    document = read(SRT.format(text).encode(encoding))
    assert [cue.text for cue in document.cues] == [text]
    assert document.notices == ()


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        (RUSSIAN, "cp1251", "cp1251"),
        (RUSSIAN, "koi8_r", "koi8-r"),
        ("привет", "cp1251", "cp1251"),
        (POLISH, "cp1250", "cp1250"),
        (FRENCH, "latin1", "cp1252"),
        (GERMAN, "latin1", "cp1252"),
        (SPANISH, "latin1", "cp1252"),
        ("héllo", "latin1", "cp1252"),
        (JAPANESE, "shift_jis", "Shift-JIS"),
        (CHINESE, "gb18030", "gb18030"),
        (TAIWANESE, "big5", "Big5"),
        (KOREAN, "euc_kr", "EUC-KR"),
        (GREEK, "cp1253", "cp1253"),
        (ARABIC, "cp1256", "cp1256"),
    ],
)
def test_an_old_encoding_is_guessed_and_told(text: str, encoding: str, named: str) -> None:
    document = read(SRT.format(text).encode(encoding))
    assert [cue.text for cue in document.cues] == [text]
    told = {one.code: dict(one.details) for one in document.notices}
    assert told == {"captions_encoding_guessed": {"encoding": named}}


@pytest.mark.parametrize(
    ("text", "encoding", "language"),
    [
        (HEBREW, "cp1255", "he"),
        (TURKISH, "cp1254", "tr-TR"),
        (THAI, "cp874", "th"),
        (JAPANESE, "euc_jp", "ja"),
        ("你好", "gb18030", "zh-Hans"),
        ("你好", "big5", "zh-TW"),
        ("čau", "cp1250", "cs"),
    ],
)
def test_the_language_of_the_track_helps_the_guess(text: str, encoding: str, language: str) -> None:
    document = read(SRT.format(text).encode(encoding), language=language)
    assert [cue.text for cue in document.cues] == [text]


@pytest.mark.parametrize("name", ["none", "base64", "rot13", "idna", "undefined", "x" * 40])
def test_only_encodings_of_files_may_be_declared(name: str) -> None:
    text = (
        '<?xml version="1.0" encoding="{}"?><tt xmlns="http://www.w3.org/ns/ttml"><body><div>'
        '<p begin="1s" end="2s">čau</p></div></body></tt>'
    )
    document = read(text.format("windows-1250").encode("cp1250"))
    assert ([cue.text for cue in document.cues], document.notices) == (["čau"], ())
    assert [cue.text for cue in read(text.format(name).encode()).cues] == ["čau"]


def test_damaged_bytes_are_told_and_many_are_refused() -> None:
    data = SRT.format(RUSSIAN * 3).encode()[:-2] + b"\xff\n"
    document = read(data)
    assert document.cues[0].text.endswith("�")
    assert [one.code for one in document.notices] == ["captions_bytes_replaced"]
    with pytest.raises(CaptionsUnreadable) as caught:
        read(b'<?xml encoding="cp1252"?>' + b"\x81\x8d" * 500)
    assert caught.value.code == "captions_encoding_unknown"


def test_nul_is_removed_and_told() -> None:
    document = read(SRT.format("a\0b").encode())
    assert [cue.text for cue in document.cues] == ["ab"]
    assert [one.code for one in document.notices] == ["captions_characters_removed"]
