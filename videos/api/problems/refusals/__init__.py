"""For each error of the domain: the status, the stable code, and a sentence on what to do."""

from videos.api.problems.refusal import Refusals
from videos.api.problems.refusals import direct, folders, hooks, images, keys, uploads, videos

REFUSALS: Refusals = {
    **direct.REFUSALS,
    **folders.REFUSALS,
    **hooks.REFUSALS,
    **images.REFUSALS,
    **keys.REFUSALS,
    **uploads.REFUSALS,
    **videos.REFUSALS,
}


def sentence_of(code: str) -> str | None:
    """Return the sentence of a domain error code."""
    return next((said for _, known, said in REFUSALS.values() if known == code), None)
