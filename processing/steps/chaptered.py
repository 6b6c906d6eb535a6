"""The chapters that the files for download of a release have: those of the videos that play it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models.functions import Now

from processing.models import Run
from processing.mp4.chapters import Chapter
from videos.models import Video
from videos.tracks import selectors


@dataclass(frozen=True)
class Chaptered:
    """Chapters, and a digest of them that is empty if there are none; ``at`` is the time of the
    database before which nothing of them was missed."""

    rows: Sequence[Chapter]
    digest: str
    at: datetime | None = None


def of_release(release_id: UUID) -> Chaptered:
    """Return the chapters of the videos that play a release; none if these differ, since they have
    the same files."""
    videos = Video.objects.filter(release=release_id, deleted_at=None).annotate(now=Now())
    found = {video.pk: tuple(selectors.chapters(video.pk)) for video in videos}
    at = min((video.now for video in videos), default=None)
    told = set(found.values())
    rows = told.pop() if len(told) == 1 else ()
    digest = hashlib.sha256(json.dumps(rows).encode()).hexdigest() if rows else ""
    return Chaptered([Chapter(start, title) for start, title in rows], digest, at)


def note(release_id: UUID, chapters: Chaptered) -> None:
    """Record what the files of a release have."""
    Run.objects.filter(pk=release_id).update(
        download_chapters=chapters.digest, download_chapters_at=chapters.at
    )
