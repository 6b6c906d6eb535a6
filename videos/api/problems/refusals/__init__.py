"""For each error of the domain and of the protocols: the status, the stable code, and a sentence on
what to do. Whichever way a request comes, it is refused by this one table."""

from collections.abc import Mapping

from accounts import throttling
from videos.api.problems.refusal import Refusals
from videos.api.problems.refusals import (
    addresses,
    credentials,
    direct,
    feed,
    folders,
    hooks,
    images,
    invitations,
    keys,
    push,
    receiving,
    tracks,
    tus,
    uploads,
    videos,
    webhooks,
)
from videos.idempotency import RETRY_AFTER_SECONDS, KeyInFlight
from videos.ingest.delegated import AddressBusy
from videos.ingest.receiving import UploadElsewhere, UploadLocked
from videos.storage import StorageUnavailable
from videos.tracks.reading import CaptionsBusy

REFUSALS: Refusals = {
    **addresses.REFUSALS,
    **credentials.REFUSALS,
    **direct.REFUSALS,
    **feed.REFUSALS,
    **folders.REFUSALS,
    **hooks.REFUSALS,
    **images.REFUSALS,
    **invitations.REFUSALS,
    **keys.REFUSALS,
    **push.REFUSALS,
    **receiving.REFUSALS,
    **tracks.REFUSALS,
    **tus.REFUSALS,
    **uploads.REFUSALS,
    **videos.REFUSALS,
    **webhooks.REFUSALS,
}
RETRY_SECONDS: Mapping[type[Exception], str] = {
    KeyInFlight: str(RETRY_AFTER_SECONDS),
    UploadLocked: "1",
    UploadElsewhere: "1",
    AddressBusy: "1",
    CaptionsBusy: "60",
    StorageUnavailable: "5",
    throttling.TooManyRequests: "{error.seconds}",
}
"""After how many seconds the same request may be sent again."""


def sentence_of(code: str) -> str | None:
    """Return the sentence of an error code."""
    known = (said for _, named, said in REFUSALS.values() if named == code)
    return next((said for said in known if "{" not in said), None)
