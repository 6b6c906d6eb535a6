"""How cues are changed and merged, as the editor's own scripts do it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from processing.captions import markup, shifting
from processing.captions.document import Cue

pytestmark = pytest.mark.browser

SCRIPTS = Path(__file__).parents[2] / "static" / "js"
HOST = "http://scripts.test"
_TYPES = {".js": "text/javascript", "": "text/html"}


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """An empty page that can import the scripts."""

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(f"{HOST}/")
        body = (SCRIPTS / name).read_text() if name else "<!doctype html><title>Scripts</title>"
        route.fulfill(body=body, content_type=_TYPES[Path(name).suffix])

    context = chromium.new_context()
    context.route(f"{HOST}/**", serve)
    page = context.new_page()
    page.goto(f"{HOST}/")
    yield page
    context.close()


def run(page: Page, script: str, code: str, *given: Any) -> Any:
    """What an expression over a script's exports gives: ``$`` are they, ``a`` what is given."""
    return page.evaluate(
        f"async (a) => {{ const $ = await import('/{script}.js'); return {code}; }}", list(given)
    )


def cue(key: str, start: int, end: int, text: str, **more: str) -> dict[str, Any]:
    return {
        "key": key,
        "start": start,
        "end": end,
        "text": text,
        "settings": "",
        "identifier": "",
        **more,
    }


def told(cues: list[dict[str, Any]]) -> list[tuple[int, int, str]]:
    return [(one["start"], one["end"], one["text"]) for one in cues]


def as_cues(cues: list[dict[str, Any]]) -> list[Cue]:
    return [Cue(one["start"], one["end"], one["text"]) for one in cues]


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("0:01.5", 1500),
        ("1:02.500", 62_500),
        ("62.5", 62_500),
        ("1:02:03,004", 3_723_004),
        (" 7 ", 7000),
        ("1:60", None),
        ("-1", None),
        ("1:2:3:4", None),
        ("", None),
        ("9999999", None),
    ],
)
def test_times_are_read_as_people_write_them(page: Page, text: str, ms: int | None) -> None:
    assert run(page, "cue-times", "$.readTime(a[0])", text) == ms
    if ms is not None:
        assert run(page, "cue-times", "$.readTime($.writeTime(a[0]))", ms) == ms


SPLITS = [
    ("One two three four", 500, ["One two", "three four"]),
    ("One two three four", 100, ["One", "two three four"]),
    ("<i>One two</i> three", 300, ["<i>One</i>", "<i>two</i> three"]),
    ("<v Ann>One <b>two three</b> four", 700, ["<v Ann>One <b>two three</b>", "<v Ann>four"]),
    ("First line\nsecond line", 500, ["First line", "second line"]),
    ("One <c.loud>two</c> three", 600, ["One <c.loud>two</c>", "three"]),
]


@pytest.mark.parametrize(("text", "at", "halves"), SPLITS)
def test_a_cue_is_split_between_words_with_its_tags(
    page: Page, text: str, at: int, halves: list[str]
) -> None:
    whole = [cue("a", 0, 1000, text)]
    made = run(page, "cues", "$.split(a[0], 'a', 'b', {at: a[1]})", whole, at)
    assert [one["text"].removesuffix("</v>") for one in made] == halves
    assert [(one["start"], one["end"]) for one in made] == [(0, at), (at, 1000)]


def test_a_cue_is_split_at_the_cursor_with_its_tags(page: Page) -> None:
    whole = [cue("a", 1000, 2000, "<i>One two three</i>")]
    halves = run(page, "cues", "$.split(a[0], 'a', 'b', {cursor: 7})", whole)
    assert [one["text"] for one in halves] == ["<i>One</i>", "<i>two three</i>"]
    assert halves[0]["end"] == halves[1]["start"]
    words = "$.split(a[0], 'a', 'b')"
    said = f"(() => {{ try {{ {words} }} catch (error) {{ return error.message }} }})()"
    assert "single word" in run(page, "cues", said, [cue("a", 0, 9, "One")])


def test_cues_are_joined_and_shifted(page: Page) -> None:
    two = [cue("a", 0, 1000, "One <00:00:00.500>x"), cue("b", 900, 2000, "two"), cue("c", 3, 4, "")]
    joined = run(page, "cues", "$.join(a[0], 'a')", two[:2])
    assert told(joined) == [(0, 2000, "One <00:00:00.500>x\ntwo")]
    for by, cut in ((250, False), (-600, True)):
        moved = run(page, "cues", "$.shift(a[0], a[1], {cut: a[2]})", two[:2], by, cut)
        wanted = shifting.shift(as_cues(two[:2]), by, cut=cut).cues
        assert told(moved) == [(one.start, one.end, one.text) for one in wanted]
    said = "(() => { try { $.shift(a[0], -1) } catch (error) { return error.message } })()"
    assert "begin before the video" in run(page, "cues", said, two[:2])
    rest = run(page, "cues", "$.shift(a[0], 5, {from: 'b'})", two[:2])
    assert [one["start"] for one in rest] == [0, 905]


@pytest.mark.parametrize(
    ("payload", "shown"),
    [
        ("R&amp;D", "R&D"),
        ("&gt;&gt; Who?", ">> Who?"),
        ("a &lt; b", "a < b"),
        ("&lt;i&gt;", "&lt;i>"),
        ("&amp;lt;", "&amp;lt;"),
        ("<i>x</i>", "<i>x</i>"),
    ],
)
def test_text_is_shown_so_that_it_means_the_same_when_it_is_saved(
    page: Page, payload: str, shown: str
) -> None:
    assert run(page, "cue-text", "$.edited(a[0])", payload) == shown
    assert markup.sanitize(shown).text == payload


def test_a_tag_is_put_around_a_part_and_taken_away(page: Page) -> None:
    put = run(page, "cue-text", "$.toggleTag('One two', 'i', 4, 7)")
    assert put == {"text": "One <i>two</i>", "from": 7, "to": 10}
    taken = run(page, "cue-text", "$.toggleTag(a[0].text, 'i', a[0].from, a[0].to)", put)
    assert taken == {"text": "One two", "from": 4, "to": 7}


def test_problems_are_named(page: Page) -> None:
    def found(one: dict[str, Any], after: Any = None) -> list[str]:
        said: list[str] = run(page, "cue-problems", "$.problems(a[0], a[1])", one, after)
        return said

    assert found(cue("a", 0, 2000, "Fine.")) == []
    assert found(cue("a", 5, 5, "x")) == ["It ends before it starts."]
    assert found(cue("a", 0, 1000, "<i></i>")) == ["It has no text."]
    assert found(cue("a", 0, 9000, "x"), cue("b", 8000, 9500, "y")) == ["Overlaps the next."]
    assert found(cue("a", 0, 9000, "a\nb\nc")) == ["3 lines."]
    assert found(cue("a", 0, 9000, "<b>" + "x" * 43 + "</b>")) == ["43 characters in a line."]
    assert found(cue("a", 0, 1000, "x" * 30)) == ["30 characters a second."]


def test_chapters_follow_each_other(page: Page) -> None:
    some = [cue("a", 0, 1, "Intro"), cue("b", 5000, 5001, "Rest")]
    ends = run(page, "cues", "$.followed(a[0], 9000)", some)
    assert [one["end"] for one in ends] == [5000, 9000]


BASE = [cue("a", 0, 1000, "One"), cue("b", 1000, 2000, "Two"), cue("c", 2000, 3000, "Three")]


def merged(page: Page, mine: list[Any], theirs: list[Any], base: list[Any] = BASE) -> Any:
    unnamed = [{name: one[name] for name in one if name != "key"} for one in theirs]
    return run(page, "cue-merge", "$.merge(a[0], a[1], a[2])", base, mine, unnamed)


def changed(key: str, base: list[dict[str, Any]] = BASE, **fields: Any) -> list[dict[str, Any]]:
    return [{**one, **fields} if one["key"] == key else one for one in base]


def test_what_does_not_touch_is_merged_by_itself(page: Page) -> None:
    mine = [*changed("a", text="ONE"), cue("m", 5000, 6000, "Mine")]
    theirs = [*changed("c", text="THREE")[1:], cue("t", 7000, 8000, "Theirs")]
    theirs.insert(0, cue("a", 0, 1000, "One"))
    found = merged(page, mine, theirs)
    assert found["conflicts"] == []
    texts = ["ONE", "Two", "THREE", "Mine", "Theirs"]
    assert [one["text"] for one in found["cues"]] == texts


def test_a_text_mended_here_and_a_shift_there_come_together(page: Page) -> None:
    theirs = [{**one, "start": one["start"] + 500, "end": one["end"] + 500} for one in BASE]
    found = merged(page, changed("b", text="Zwei"), theirs)
    assert found["conflicts"] == []
    assert told(found["cues"]) == [(500, 1500, "One"), (1500, 2500, "Zwei"), (2500, 3500, "Three")]


def test_what_both_changed_is_a_conflict_and_both_texts_are_there(page: Page) -> None:
    found = merged(page, changed("b", text="Zwei"), changed("b", text="Deux"))
    assert [(one["key"], one["theirs"]["text"]) for one in found["conflicts"]] == [("b", "Deux")]
    assert [one["text"] for one in found["cues"]] == ["One", "Zwei", "Three"]
    same = merged(page, changed("b", text="Zwei"), changed("b", text="Zwei"))
    assert same["conflicts"] == [] and len(same["cues"]) == 3


def test_a_deletion_against_a_change_is_a_conflict(page: Page) -> None:
    without = [one for one in BASE if one["key"] != "b"]
    theirs_gone = merged(page, changed("b", text="Zwei"), without)
    assert theirs_gone["conflicts"] == [{"key": "b", "theirs": None}]
    assert "Zwei" in [one["text"] for one in theirs_gone["cues"]]
    mine_gone = merged(page, without, changed("b", text="Deux"))
    assert [one["theirs"]["text"] for one in mine_gone["conflicts"]] == ["Deux"]
    assert [one["text"] for one in mine_gone["cues"]] == ["One", "Three"]
    assert merged(page, without, BASE)["conflicts"] == []
    assert len(merged(page, without, without)["cues"]) == 2


def test_times_that_would_not_fit_together_are_a_conflict(page: Page) -> None:
    found = merged(page, changed("b", start=1900), changed("b", end=1500))
    assert [one["key"] for one in found["conflicts"]] == ["b"]
    assert told(found["cues"])[1] == (1900, 2000, "Two")


def test_the_same_split_on_both_sides_is_one(page: Page) -> None:
    halves = [cue("b", 1000, 1500, "T"), cue("x", 1500, 2000, "wo")]
    mine = [BASE[0], *halves, BASE[2]]
    found = merged(page, mine, mine)
    assert found["conflicts"] == [] and len(found["cues"]) == 4


def test_merging_thousands_is_quick_and_loses_nothing(page: Page) -> None:
    base = [cue(f"k{n}", n * 1000, n * 1000 + 900, f"Text {n % 50}") for n in range(5000)]
    mine = [{**one, "text": "mine"} if n % 7 == 0 else one for n, one in enumerate(base)]
    theirs = [{**one, "start": one["start"] + 40, "end": one["end"] + 40} for one in base]
    code = """(() => {
      const began = performance.now();
      const found = $.merge(a[0], a[1], a[2]);
      return { ...found, took: performance.now() - began };
    })()"""
    found = run(page, "cue-merge", code, base, mine, theirs)
    assert found["took"] < 1000
    assert found["conflicts"] == [] and len(found["cues"]) == 5000
    assert sum(one["text"] == "mine" for one in found["cues"]) == 715
    assert all(one["start"] % 1000 == 40 for one in found["cues"])


def test_undo_takes_back_ones_own_change_and_keeps_that_of_others(page: Page) -> None:
    code = """(() => {
      const history = new $.CueHistory();
      const [before, after] = [a[0], a[1]];
      history.note(before, after);
      const meanwhile = after.map((cue) => cue.key === "b" ? { ...cue, end: 1800 } : cue);
      const undone = history.undo(meanwhile).cues;
      return [undone, history.redo(undone).cues, history.canUndo, history.canRedo];
    })()"""
    undone, redone, can_undo, can_redo = run(
        page, "cue-history", code, BASE, changed("b", text="Zwei")[1:]
    )
    assert told(undone) == [(0, 1000, "One"), (1000, 1800, "Two"), (2000, 3000, "Three")]
    assert told(redone) == [(1000, 1800, "Zwei"), (2000, 3000, "Three")]
    assert (can_undo, can_redo) == (True, False)
