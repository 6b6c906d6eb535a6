"""How far the file of an import is, read in the query that reads its video or job."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import JSONObject

from videos.models import Upload

_FETCHED = (Upload.Protocol.URL, Upload.Protocol.SITE, Upload.Protocol.HOOK)


@dataclass(frozen=True)
class Download:
    """Bytes ``received`` and all bytes if that is known, bytes a second, and the seconds to go."""

    received: int
    size: int | None
    bytes_a_second: int | None

    @property
    def eta_seconds(self) -> int | None:
        """The seconds until the file is there, or None if that is not known."""
        if self.size is None or not self.bytes_a_second:
            return None
        return max(1, round((self.size - self.received) / self.bytes_a_second))

    @property
    def share(self) -> float:
        """How much is there, 0 to 1; 0 if that is not known."""
        return min(1.0, self.received / self.size) if self.size else 0.0


def with_download(rows: Any, *, video: str) -> Any:
    """Annotate rows with the unfinished download of the video whose id is in this field."""
    unfinished = Upload.objects.filter(
        video=OuterRef(video), finished_at=None, protocol__in=_FETCHED
    )
    told = JSONObject(received=F("received"), size=F("size"), bytes_a_second=F("bytes_a_second"))
    return rows.annotate(download=Subquery(unfinished.annotate(told=told).values("told")[:1]))


def download_of(row: Any) -> Download | None:
    """Return the download of a row that was read through ``with_download``."""
    return Download(**row.download) if row.download else None
