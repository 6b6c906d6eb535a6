"""Only WebVTT's own tags survive in a cue, closed in order; the words are all kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.captions import markup

ANY = st.text(alphabet=st.sampled_from("<>/&;bi cvrtuy.\n\u202e\u2067\u2069-:01x"), max_size=80)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("AT&T &copy; &#x41;", "AT&amp;T © A"),
        ("<b>x", "<b>x</b>"),
        ("x</b>", "x"),
        ("<b><i>x</b>y</i>", "<b><i>x</i></b><i>y</i>"),
        ("<B>x</B>", "<b>x</b>"),
        ("<em>x</em>", "<i>x</i>"),
        ("<font color='red'>x</font>", "x"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("<img src=x onerror=y>", "&lt;img src=x onerror=y&gt;"),
        ("<b onclick=x>y</b>", "<b>y</b>"),
        ("<v.loud Mary <3>hi", "&lt;v.loud Mary &lt;3&gt;hi"),
        ("<v.loud Mary &lt;3>hi", "<v.loud Mary &lt;3>hi</v>"),
        ("<c.yellow.bg_blue.x&y>a</c>", "&lt;c.yellow.bg_blue.x&amp;y&gt;a"),
        ("<lang en-GB>a</lang><lang '>b</lang>", "<lang en-GB>a</lang>b"),
        ("<ruby>漢<rt>かん</rt>字<rt>じ</ruby>", "<ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby>"),
        ("<rt>x</rt>", "x"),
        ("a\n\n\n b &#10;&#10; c", "a\nb\nc"),
        ("<v Bo -->a<c.x-->b", "<v Bo>a<c>b</c></v>"),
        ("a --> b", "a --&gt; b"),
        ("\u202ea\u202c b", "a b"),
        ("\u2067a\nb\u2069", "\u2067a\u2069\nb"),
        ("a\x00\x07\ufeff\ud800b", "ab"),
        ("&#0;&#x202e;a", "�a"),
    ],
)
def test_a_text_is_sanitized(text: str, kept: str) -> None:
    assert markup.sanitize(text).text == kept


@given(ANY)
def test_it_is_the_same_when_sanitized_again(text: str) -> None:
    once = markup.sanitize(text)
    again = markup.sanitize(once.text)
    assert again.text == once.text
    assert again.changes == frozenset()


@given(ANY)
def test_no_line_is_empty_and_no_arrow_is_left(text: str) -> None:
    kept = markup.sanitize(text).text
    assert "-->" not in kept
    assert kept == "" or all(kept.split("\n"))


@given(st.text(max_size=60))
def test_words_without_tags_are_kept_whole(text: str) -> None:
    words = "".join(text.replace("<", "").replace("&", "").split())
    kept = markup.plain(markup.sanitize(words).text)
    assert [c for c in kept if c.isalnum()] == [c for c in words if c.isalnum()]


def test_times_within_a_cue_ascend_and_lie_within_it() -> None:
    made = markup.sanitize("a<00:01.500>b<00:01.200>c<00:03.000>d", start=1000, end=2000)
    assert made.text == "a<00:00:01.500>bcd"
    assert made.changes == {"captions_timestamps_dropped"}


def test_the_words_alone_have_no_readings_and_no_names() -> None:
    text = markup.sanitize("<v Ann &amp; Bo><ruby>漢<rt>かん</rt></ruby> &lt;3").text
    assert markup.plain(text) == "漢 <3"
    assert markup.voice(text) == "Ann & Bo"
    assert markup.voice("hi") == ""


@pytest.mark.parametrize(
    "part", ["<", "<b", "<b>", "</b>", "&", "<v x", "<i><b></i>", "\u2067", "<ruby><rt>"]
)
def test_hostile_texts_take_time_linear_in_their_length(part: str) -> None:
    made = markup.sanitize(part * 50_000)
    assert len(made.text) < 20 * len(part) * 50_000
