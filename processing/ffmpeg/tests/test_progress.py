from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from processing.ffmpeg.running.progress import Progress, ProgressParser

SAID = (
    b"frame=12\nfps=24.5\nstream_0_0_q=28.0\nbitrate= 100.1kbits/s\ntotal_size=4096\n"
    b"out_time_us=480000\nout_time=00:00:00.480000\nspeed=1.02x\nprogress=continue\n"
    b"frame=N/A\nfps=N/A\ntotal_size=N/A\nout_time_us=N/A\nspeed=N/A\nprogress=end\n"
)
READ = [Progress(12, 0.48, 1.02), Progress(0, 0.0, None)]


@given(st.lists(st.integers(0, len(SAID)), max_size=20))
def test_pieces_cut_anywhere_read_the_same(cuts: list[int]) -> None:
    parser = ProgressParser()
    borders = [0, *sorted(cuts), len(SAID)]
    pieces = [SAID[a:b] for a, b in itertools.pairwise(borders)]
    assert [report for piece in pieces for report in parser.feed(piece)] == READ


@given(st.binary())
def test_anything_can_be_fed(data: bytes) -> None:
    ProgressParser().feed(data + b"\nprogress=end\n")
