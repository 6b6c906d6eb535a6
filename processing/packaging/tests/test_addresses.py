"""Addresses that segments have of their own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.packaging.addresses import Part, of_part, part_of


@given(st.integers(0, 10**12), st.integers(1, 10**12), st.integers(0, 99999))
def test_an_address_says_which_bytes_of_which_object(offset: int, size: int, number: int) -> None:
    uri = f"a1b2/720p-av1/{number:05d}.mp4"
    part = part_of(of_part(uri, offset, size))
    assert part == Part(uri, offset, offset + size - 1)
    assert part.size == size


def test_it_can_be_read() -> None:
    assert of_part("720p/00003.mp4", 800, 5000) == "720p/00003/800-5799.mp4"


@pytest.mark.parametrize(
    "address",
    [
        "720p/00003.mp4",
        "720p.mp4",
        "poster.jpg",
        "0-1.mp4",
        "/0-1.mp4",
        "720p//0-1.mp4",
        "720p/00003/0-1.m3u8",
        "720p/00003/0-1.mp4/",
        "720p/00003/5-4.mp4",
        "720p/00003/00-4.mp4",
        "720p/00003/0-04.mp4",
        "720p/00003/-4.mp4",
        "720p/00003/4-.mp4",
        "720p/00003/+0-4.mp4",
        "720p/00003/0-٤.mp4",
        "720p/00003/0-4\n.mp4",
        "720p/00003/0-4.mp4\n",
        f"720p/00003/0-{10**15}.mp4",
    ],
)
def test_anything_else_is_no_part(address: str) -> None:
    assert part_of(address) is None
