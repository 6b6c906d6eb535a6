"""Where objects lie: the only module that knows how keys are made.

Outputs of a release lie under ``releases/<release>/<token>/``, where the token is that of the
task attempt that wrote them: no other attempt ever writes there. An original is a name alone.
"""

import re
from uuid import UUID

from uuid_utils.compat import uuid7

RELEASES = "releases/"
# In each storage: which installation it belongs to.
IDENTITY = "installation.json"
# What keys of objects begin with that the doctor writes, reads and deletes.
PROBE = "doctor/probe"
# Where other databases say that they use the storage too.
GUESTS = "guests/"
# Where fsck puts what no row names.
QUARANTINE = "quarantine/"

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_OUTPUT = re.compile(rf"releases/(?P<release>{_UUID})/(?P<token>{_UUID})/[^/]+(?:/[^/]+)?")
# On disk also what a killed process had not written to its end.
_ORIGINAL = re.compile(r"[0-9a-f]{32}|\.[0-9a-f]{32}\.[0-9a-f]{32}\.part")


def release_prefix(release_id: UUID) -> str:
    """What all keys of a release begin with."""
    return f"{RELEASES}{release_id}/"


def attempt_prefix(release_id: UUID, token: UUID | None) -> str:
    """What all keys begin with that an attempt writes."""
    return f"{release_prefix(release_id)}{token}/"


def chunk(attempt: str, rendition: str, number: int) -> str:
    """A chunk of a rendition, below an attempt's prefix."""
    return f"{attempt}{rendition}/{number:05d}.mp4"


def download(attempt: str, rendition: str) -> str:
    """A rendition's file for download, below an attempt's prefix."""
    return f"{attempt}{rendition}.mp4"


def poster(attempt: str) -> str:
    """The poster, below an attempt's prefix."""
    return f"{attempt}poster.jpg"


def small_poster(attempt: str) -> str:
    """The poster for lists, below an attempt's prefix."""
    return f"{attempt}poster-small.jpg"


def new_original() -> str:
    """A key for an original, never given out before."""
    return uuid7().hex


def in_release(release_id: UUID, name: str) -> str:
    """The key of what an address calls so within a release."""
    return f"{release_prefix(release_id)}{name}"


def within_release(release_id: UUID, key: str) -> str:
    """What an address calls an object within its release; the inverse of ``in_release``."""
    return key.removeprefix(release_prefix(release_id))


def name_of(key: str) -> str:
    """What an output is called within its attempt, such as ``720p/00003.mp4``."""
    return key.split("/", 3)[-1]


def release_of(key: str) -> UUID | None:
    """The release an output belongs to, or None when the key is not one that we make."""
    match = _OUTPUT.fullmatch(key)
    return UUID(match["release"]) if match else None


def is_housekeeping(key: str) -> bool:
    """Whether an object is about the storage itself, and no video's."""
    return key == IDENTITY or key.startswith((PROBE, QUARANTINE, GUESTS))


def is_output(key: str) -> bool:
    """Whether a key of the outputs storage is one that we make for a release."""
    return _OUTPUT.fullmatch(key) is not None


def is_original(key: str) -> bool:
    """Whether a key of the originals storage is one that we make for a source."""
    return _ORIGINAL.fullmatch(key) is not None
