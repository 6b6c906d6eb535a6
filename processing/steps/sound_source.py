"""The file of an audio track as a local file: from the storage, or fetched from its URL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from processing.ffmpeg.errors import Interrupted
from processing.steps import arriving, tools, transfers
from processing.steps.context import SourceMissing, TaskContext
from videos import objects
from videos.fetching import partial, urls
from videos.fetching.download import Fetch, Fetched, Wanted
from videos.fetching.errors import FetchStopped
from videos.fetching.partial import Partial
from videos.models import Track, Upload
from videos.storage import ObjectMissing, originals
from videos.tracks import sound_files

_STORING_TAKES = timedelta(days=2)  # transfers wait a day for a storage
_CONTENT_TYPE = "application/octet-stream"


def _nothing() -> None:
    return None


@dataclass(frozen=True)
class Original:
    """A local file that is only read. ``keep`` stores it if it is not stored yet, and returns what
    then names it in the track, in the transaction that ends the task."""

    path: Path
    keep: Callable[[], Callable[[], None]] = lambda: _nothing


@contextmanager
def local(context: TaskContext, track: Track) -> Iterator[Original]:
    """Yield the file of a track. Raises ``SourceMissing`` or ``FetchFailed``."""
    if track.original_key:
        yield Original(_stored(context, track.original_key))
        return
    # In the folder of uploads, where the file of a killed process is deleted a day later.
    with partial.held(track.pk, Path(settings.UPLOAD_DIR)) as part:
        try:
            fetched = _fetch(context, track, part)
            yield Original(part.path, lambda: _keep(context, track, part.path, fetched))
        except FetchStopped as stop:
            raise Interrupted(stop.reason) from stop
        finally:
            part.discard()


def _stored(context: TaskContext, key: str) -> Path:
    try:
        path = transfers.look_for(context, lambda: originals().local_path(key))
        if path is None:
            path = context.folder / "original"
            transfers.fetch(context, originals(), key, path)
    except ObjectMissing as error:
        transfers.require_there(context, originals())
        raise SourceMissing from error
    return path


def _fetch(context: TaskContext, track: Track, part: Partial) -> Fetched:
    tools.let_go_of_database()
    return Fetch(
        Wanted(track.url, settings.FETCH_MAX_BYTES),
        part,
        should_stop=context.should_stop,
        report=lambda _: None,
        make_room=lambda count: arriving.require_room(part.path.parent, count),
    ).run()


def _keep(context: TaskContext, track: Track, path: Path, fetched: Fetched) -> Callable[[], None]:
    """Store a file that was fetched, under a key that only this attempt writes."""
    upload = sound_files.begin(
        track.video.owner_id,
        protocol=Upload.Protocol.URL,
        filename=fetched.filename or urls.filename(track.url),
        size=fetched.size,
        lasting=_STORING_TAKES,
    )
    tools.let_go_of_database()
    transfers.ask(
        context, lambda: originals().put_file(upload.key, path, content_type=_CONTENT_TYPE)
    )
    return lambda: _record(track, upload)


def _record(track: Track, upload: Upload) -> None:
    sound_files.confirm(upload, track.video_id)
    named = Track.objects.filter(pk=track.pk, original_key="").update(
        original_key=upload.key, original_bytes=upload.size, filename=upload.filename, url=""
    )
    if not named:
        objects.mark_original(upload.key)  # the track was deleted meanwhile
