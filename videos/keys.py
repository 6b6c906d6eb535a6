"""The keys of stored objects: the only module that knows how keys are made.

Outputs of a release lie under ``releases/<release>/<token>/``. The token is that of the task
attempt that wrote them, and no other attempt ever writes there. The key of an original is a single
name. What is shown of an image lies under ``images/<image>/``, and the poster that an owner gave a
video under ``posters/<poster>/``.
"""

import re
from collections.abc import Iterable
from uuid import UUID

from uuid_utils.compat import uuid7

RELEASES = "releases/"
IMAGES = "images/"
POSTERS = "posters/"
# The names of the pictures of a poster that an owner gave: as shown, for lists, and in full. Of a
# poster that an earlier version stored there are only these three.
POSTER, SMALL_POSTER, FULL_POSTER = EARLIER_POSTER_FILES = (
    "poster.jpg", "poster-small.jpg", "full.jpg",
)  # fmt: skip
POSTER_FILES = (
    *EARLIER_POSTER_FILES, "poster-320.jpg", "poster.webp", "poster-small.webp", "poster-320.webp",
)  # fmt: skip
# In each storage: the mark of the installation that it belongs to.
IDENTITY = "installation.json"
# The prefix of the objects that the doctor writes, reads and deletes.
PROBE = "doctor/probe"
# The prefix of the notes in which other databases say that they use the storage too.
GUESTS = "guests/"
# The prefix under which fsck puts objects that no row names.
QUARANTINE = "quarantine/"

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_OUTPUT = re.compile(rf"releases/(?P<release>{_UUID})/(?P<token>{_UUID})/[^/]+(?:/[^/]+)?")
_OF_POSTER = re.compile(rf"posters/(?P<poster>{_UUID})/[^/]+")
_OF_IMAGE = re.compile(rf"images/(?P<image>{_UUID})/[^/]+")
# On disk this includes the partial files of processes that were killed while writing.
_ORIGINAL = re.compile(r"[0-9a-f]{32}|\.[0-9a-f]{32}\.[0-9a-f]{32}\.part")


def release_prefix(release_id: UUID) -> str:
    """Return the common prefix of all keys of a release."""
    return f"{RELEASES}{release_id}/"


def attempt_prefix(release_id: UUID, token: UUID | None) -> str:
    """Return the common prefix of all keys that an attempt writes."""
    return f"{release_prefix(release_id)}{token}/"


def chunk(attempt: str, rendition: str, number: int) -> str:
    """Return the key of a chunk of a rendition, below an attempt's prefix."""
    return f"{attempt}{rendition}/{number:05d}.mp4"


def download(attempt: str, rendition: str) -> str:
    """Return the key of a rendition's download file, below an attempt's prefix."""
    return f"{attempt}{rendition}.mp4"


def poster(attempt: str) -> str:
    """Return the key of the poster, below an attempt's prefix."""
    return f"{attempt}poster.jpg"


def picture(attempt: str, name: str) -> str:
    """Return the key of a picture or preview, below an attempt's prefix."""
    return f"{attempt}{name}"


def small_poster(attempt: str) -> str:
    """Return the key of the small poster for lists, below an attempt's prefix."""
    return f"{attempt}poster-small.jpg"


def in_image(image_id: UUID, name: str) -> str:
    """Return the key of what is shown of an image, by the name that an address uses."""
    return f"{IMAGES}{image_id}/{name}"


def image_of(key: str) -> UUID | None:
    """Return the image that a key belongs to, or None if the key does not have our form."""
    match = _OF_IMAGE.fullmatch(key)
    return UUID(match["image"]) if match else None


def in_poster(poster_id: UUID, name: str) -> str:
    """Return the key of a picture of a poster that an owner gave."""
    return f"{POSTERS}{poster_id}/{name}"


def poster_files(poster_id: UUID, names: Iterable[str] = POSTER_FILES) -> list[str]:
    """Return the keys of the pictures of a poster that an owner gave, by default of all that one
    can have."""
    return [in_poster(poster_id, name) for name in names]


def poster_of(key: str) -> UUID | None:
    """Return the poster that a key belongs to, or None if the key does not have our form."""
    match = _OF_POSTER.fullmatch(key)
    return UUID(match["poster"]) if match else None


def new_original() -> str:
    """Return a new, unique key for an original."""
    return uuid7().hex


def in_folder(folder: str, id_: UUID, name: str) -> str:
    """Return the key of the object that an address names below an id, in ``RELEASES``, ``IMAGES``
    or ``POSTERS``."""
    return f"{folder}{id_}/{name}"


def within_release(release_id: UUID, key: str) -> str:
    """Return the name that an address uses for an object of a release; the inverse of
    ``in_folder``."""
    return key.removeprefix(release_prefix(release_id))


def name_of(key: str) -> str:
    """Return the name of an output within its attempt, such as ``720p/00003.mp4``."""
    return key.split("/", 3)[-1]


def release_of(key: str) -> UUID | None:
    """Return the release of an output, or None if the key does not have our form."""
    match = _OUTPUT.fullmatch(key)
    return UUID(match["release"]) if match else None


def is_housekeeping(key: str) -> bool:
    """Return whether an object belongs to the storage itself, and to no video."""
    return key == IDENTITY or key.startswith((PROBE, QUARANTINE, GUESTS))


def is_output(key: str) -> bool:
    """Return whether a key of the outputs storage has the form of our outputs: those of releases,
    what is shown of images, and posters."""
    return any(form.fullmatch(key) for form in (_OUTPUT, _OF_IMAGE, _OF_POSTER))


def is_original(key: str) -> bool:
    """Return whether a key of the originals storage has the form of our originals."""
    return _ORIGINAL.fullmatch(key) is not None
