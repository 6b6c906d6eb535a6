"""What ``Content-Range`` says of a chunk, and which of its bytes are here already."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from videos.ingest.ranged_put import (
    BadRange,
    Chunk,
    Gap,
    SizeDiffers,
    parsed,
    range_of,
    to_pass_over,
)


@pytest.mark.parametrize(
    ("header", "chunk"),
    [
        ("bytes 0-99/1000", Chunk(0, 100, 1000)),
        ("bytes 900-999/1000", Chunk(900, 100, 1000)),
        ("bytes 5-5/*", Chunk(5, 1, None)),
        ("bytes */1000", Chunk(0, 0, 1000)),
        (" bytes */* ", Chunk(0, 0, None)),
    ],
)
def test_what_it_says(header: str, chunk: Chunk) -> None:
    assert parsed(header) == chunk


@pytest.mark.parametrize(
    "header",
    [
        "",
        "bytes",
        "bytes 0-99",
        "bytes 0-/100",
        "bytes -5/100",
        "bytes 5-4/100",
        "bytes 0-100/100",
        "bytes 0-99/100, bytes 100-199/200",
        "items 0-99/100",
        "bytes 0-99/1e3",
        "bytes 0-9999999999999999/99999999999999999",
        "bytes \u0660-\u0669/10",
    ],
)
def test_what_says_nothing(header: str) -> None:
    with pytest.raises(BadRange):
        parsed(header)


def test_the_last_chunk_ends_where_the_file_does() -> None:
    assert parsed("bytes 900-999/1000").is_last
    assert not parsed("bytes 0-99/1000").is_last
    assert not parsed("bytes 0-99/*").is_last


@pytest.mark.parametrize(
    ("chunk", "offset", "known"),
    [
        (Chunk(0, 100, 1000), 0, 0),
        (Chunk(100, 100, 1000), 100, 0),
        (Chunk(100, 100, 1000), 150, 50),
        (Chunk(100, 100, 1000), 200, 100),
        (Chunk(100, 100, 1000), 900, 100),
        (Chunk(0, 0, 1000), 500, 0),
    ],
)
def test_bytes_that_are_here_are_passed_over(chunk: Chunk, offset: int, known: int) -> None:
    assert to_pass_over(chunk, offset=offset, size=None) == known


def test_no_byte_may_be_left_out() -> None:
    with pytest.raises(Gap):
        to_pass_over(Chunk(101, 100, 1000), offset=100, size=1000)


@pytest.mark.parametrize(
    ("chunk", "offset", "size"),
    [
        (Chunk(0, 100, 1000), 0, 999),
        (Chunk(0, 100, None), 0, 99),
        (Chunk(0, 100, 150), 200, None),
    ],
)
def test_the_size_stays_what_it_was(chunk: Chunk, offset: int, size: int | None) -> None:
    with pytest.raises(SizeDiffers):
        to_pass_over(chunk, offset=offset, size=size)


def test_nothing_is_told_before_the_first_byte() -> None:
    assert range_of(0) == {}
    assert range_of(1) == {"Range": "bytes=0-0"}


@given(st.integers(1, 50), st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), max_size=30))
def test_whatever_is_sent_in_whichever_order_no_byte_is_taken_twice_or_left_out(
    total: int, sent: list[tuple[int, int]]
) -> None:
    file, taken = bytes(range(total)), bytearray()
    for first, size in [*sent, (0, total)]:
        last = min(first + size, total) - 1
        if last < first:
            continue
        chunk = parsed(f"bytes {first}-{last}/{total}")
        try:
            known = to_pass_over(chunk, offset=len(taken), size=total)
        except Gap:
            assert first > len(taken)
            continue
        taken += file[chunk.first + known : chunk.end]
    assert bytes(taken) == file
