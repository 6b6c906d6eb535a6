"""The cues of a track as rows, which are replaced only where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, zip_longest

from processing.captions import document, markup
from videos.models import Cue, Track

BATCH = 2000
"""How many rows are written or read at a time."""
# A sentence does not go on after a longer pause.
_PAUSE_MS = 2000


def replace(track: Track, cues: Sequence[document.Cue]) -> bool:
    """Make the rows of a track these cues; return whether that changed anything."""
    wanted = {_identity(row): row for row in of(track, cues)}
    stale, before = [], []
    for row in Cue.objects.filter(track=track).iterator(BATCH):
        same = wanted.pop(_identity(row), None)
        if same is None:
            stale.append(row.pk)
        elif (same.heard, same.words or row.words) != (row.heard, row.words):
            row.heard, row.words = same.heard, same.words or row.words
            before.append(row)
    Cue.objects.bulk_update(before, ["heard", "words"], batch_size=BATCH)
    for first in range(0, len(stale), BATCH):
        Cue.objects.filter(pk__in=stale[first : first + BATCH]).delete()
    Cue.objects.bulk_create(wanted.values(), batch_size=BATCH)
    return bool(stale or wanted)


def _identity(row: Cue) -> tuple[object, ...]:
    """Return what tells a cue from the others. The times of its words are no part of it: an editor
    does not send them back, and they stay true while the text does. Where they are sent, as by
    speech recognition, they take the place of the earlier ones."""
    return (row.start, row.end, row.number, row.text, row.settings, row.identifier)


def of(track: Track, cues: Iterable[document.Cue]) -> list[Cue]:
    """Return the cues as rows of a track, which are not stored yet."""
    ordered = sorted(cues, key=lambda cue: cue.start)
    rows = [
        Cue(
            track=track,
            start=cue.start,
            end=cue.end,
            number=number,
            text=cue.text,
            plain=markup.plain(cue.text),
            settings=cue.settings,
            identifier=cue.identifier,
            words=[[word.start, word.end, word.text] for word in cue.words] or None,
        )
        for _, same in groupby(ordered, key=lambda cue: cue.start)
        for number, cue in enumerate(same)
    ]
    for row, following in zip_longest(rows, rows[1:]):
        goes_on = following is not None and following.start - row.end <= _PAUSE_MS
        row.heard = f"{row.plain} {following.plain}" if goes_on else row.plain
    return rows
