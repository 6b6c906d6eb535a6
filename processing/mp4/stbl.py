"""Reads the sample table of a progressive MP4: when each sample is decoded and shown, at which ones
decoding can begin, and whether all of them are in the file.

Raises `MalformedBoxes` for tables that contradict each other.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from itertools import accumulate, chain, repeat

from processing.mp4.box import MalformedBoxes
from processing.mp4.tables import number, numbers, runs

MAX_SAMPLES = 6_000_000
# FFmpeg takes steps near this for small negative ones and corrects them in its own way.
_MAX_STEP = 2**31
_MAX_TICKS = 2**53


def stts(table: bytes, samples: int) -> array[int]:
    """Return the ticks at which samples are decoded, and the end of the last one."""
    counts, steps = runs(table)
    if sum(counts) != samples or max(steps, default=0) >= _MAX_STEP:
        raise MalformedBoxes("The times of samples are impossible.")
    decoded = array("q", accumulate(chain.from_iterable(map(repeat, steps, counts)), initial=0))
    if decoded[-1] > _MAX_TICKS:
        raise MalformedBoxes("The times of samples are impossible.")
    return decoded


def ctts(table: bytes, samples: int) -> array[int]:
    """Return the composition offsets, signed whatever the version says, as FFmpeg reads them."""
    counts, values = runs(table)
    if sum(counts) != samples:
        raise MalformedBoxes("The composition offsets are not those of the samples.")
    return array("q", chain.from_iterable(map(repeat, array("i", values.tobytes()), counts)))


def stss(table: bytes, samples: int) -> bytearray:
    """Return 1 for each sample at which decoding can begin; there must be at least one."""
    keys = bytearray(samples)
    last = 0
    for key in numbers(table, 8, number(table, 4)):
        if not last < key <= samples:
            raise MalformedBoxes("The keyframes are not in order.")
        last = key
        keys[key - 1] = 1
    if not last:
        raise MalformedBoxes("There is no keyframe.")
    return keys


def stsz(table: bytes) -> array[int]:
    """Return where each sample would end if all were in a row: one more entry than samples."""
    each, samples = number(table, 4), number(table, 8)
    if not 0 < samples <= MAX_SAMPLES:
        raise MalformedBoxes("There are no samples, or too many.")
    sized = repeat(each, samples) if each else numbers(table, 12, samples)
    return array("q", accumulate(sized, initial=0))


def stco(table: bytes) -> array[int]:
    """Return where each chunk begins."""
    return numbers(table, 8, number(table, 4))


def co64(table: bytes) -> array[int]:
    """Return where each chunk begins, in 64 bits."""
    halves = numbers(table, 8, 2 * number(table, 4))
    pairs = zip(halves[::2], halves[1::2], strict=True)
    return array("Q", (high << 32 | low for high, low in pairs))


def chunk_bytes(starts: array[int], stsc: bytes, ends: array[int]) -> Iterator[int]:
    """Yield the bytes of each chunk; the chunks at `starts` must hold exactly the samples (`ends`,
    from `stsz`)."""
    entries = number(stsc, 4)
    held_by = numbers(stsc, 8, 3 * entries)
    beyonds = [*held_by[3::3], len(starts) + 1][:entries]
    sample, chunk = 0, 1
    for first, beyond, held in zip(held_by[::3], beyonds, held_by[1::3], strict=True):
        if first != chunk or not first < beyond <= len(starts) + 1:
            raise MalformedBoxes("The chunks are not in order.")
        for _ in range(first, beyond):
            after = sample + held
            if after >= len(ends):
                raise MalformedBoxes("The chunks hold more than there is.")
            yield ends[after] - ends[sample]
            sample = after
        chunk = beyond
    if sample != len(ends) - 1:
        raise MalformedBoxes("The chunks do not hold all samples.")


def are_all_there(starts: array[int], stsc: bytes, ends: array[int], length: int) -> bool:
    """Whether the chunks, which must hold exactly the samples, are inside a file of `length`
    bytes."""
    held = chunk_bytes(starts, stsc, ends)
    return all(start + size <= length for start, size in zip(starts, held, strict=True))
