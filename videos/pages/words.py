"""Format sizes, times, statuses and errors for people. Pure."""

from fractions import Fraction

from processing.ffmpeg import notices
from processing.monitoring import stages
from processing.site_videos.failures import CODES as SITE_CODES
from videos import measures
from videos.fetching.errors import CODES as FETCH_CODES
from videos.models import Video
from videos.quotas import CODES as QUOTA_CODES
from videos.quotas import Quota

STAGES = {
    stages.WAITING: "Waiting for its turn",
    **stages.LABELS,
    "pending_upload": "Waiting for the file",
    "uploading": "Uploading",
    "processing": "Waiting for its turn",
}

STATUSES = {
    Video.Status.PENDING_UPLOAD: "Waiting",
    Video.Status.UPLOADING: "Uploading",
    Video.Status.PROCESSING: "Processing",
    Video.Status.READY: "Ready",
    Video.Status.FAILED: "Failed",
    Video.Status.CANCELED: "Canceled",
}

VISIBILITIES = (
    (Video.Visibility.DRAFT, "Draft", "Only you can watch it. It is marked as unfinished."),
    (Video.Visibility.PRIVATE, "Private", "Only you can watch it."),
    (
        Video.Visibility.UNLISTED,
        "Unlisted",
        "Everybody with the link can watch it. Search engines are asked not to list it.",
    ),
    (Video.Visibility.PUBLIC, "Public", "Everybody can watch it, and search engines may list it."),
)
"""The choices of who can watch: the value, its name, and what it means for the owner."""


def visibilities(*, own: bool) -> list[tuple[str, str, str]]:
    """Return the visibility choices, worded for the owner or for staff who manage the video."""
    whose = "Only you" if own else "Only its owner and staff"
    return [(value, name, told.replace("Only you", whose)) for value, name, told in VISIBILITIES]


_EXPORT = "Export it again as MP4 (H.264 and AAC) and upload that."
_RETRY = "Try again. If it fails again, tell the operator of this site the code below."
_ADVICE = {
    "source_not_video": "Check that you chose the right file. " + _EXPORT,
    "source_truncated": "The end of the file is missing: copy it again and upload that.",
    "source_unsupported": _EXPORT,
    "source_encrypted": "Remove the copy protection, or upload another version.",
    "clip_outside": "Upload it again with a clip that begins earlier.",
    "clip_too_short": "Upload it again with a longer clip.",
    "duplicate": "The other video is in the library.",
    "source_too_long": "Cut it into shorter parts and upload those.",
    "source_too_large": "Export it in a smaller size or with fewer tracks and upload that.",
    "generation_failed": "Generate it again, perhaps with another prompt.",
    "generation_canceled": "Generate it again if you want it after all.",
    **dict.fromkeys(FETCH_CODES, "Import it again with another address, or upload the file."),
    **dict.fromkeys(SITE_CODES, "Upload the file instead."),
    "site_several_videos": "Import the page of one of the videos.",
    "site_live": "Import it again when it is over.",
    "site_failed": "Import it again later, or upload the file.",
    "fetch_stalled": "Import it again later, or upload the file.",
    "fetch_unavailable": "Import it again later, or upload the file.",
    "fetch_unreachable": "Check the address and import it again, or upload the file.",
    "fetch_broken_off": "Import it again, or upload the file.",
    "upload_incomplete": "Upload the file again and keep this page open until it has arrived.",
    "upload_size_differs": "Upload the file again; it may have changed while it was sent.",
    "upload_part_too_large": "Upload the file again, on the upload page of this site.",
    "upload_too_large": "Export it in a smaller size and upload that.",
    **dict.fromkeys(QUOTA_CODES.values(), "Your account shows under Usage what is used and left."),
    "file_empty": "Check that you chose the right file, and upload it again.",
    "storage_unavailable": "Upload the file again in a few minutes.",
}

_TOO_MUCH = (QUOTA_CODES[Quota.LARGEST_FILE], QUOTA_CODES[Quota.LONGEST_VIDEO])

ESTIMATING = "Estimating…"

_MINUTE, _HOUR = 60, 3600
_SHORT, _A_TENTH = 0.95, 0.095
_KIBI = 1024
_MEGA = 10**6
# The last seconds cannot be estimated more precisely.
_FEW_SECONDS, _STEP_SECONDS = 10, 5
_TEENS = range(11, 14)
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


def advice(error_code: str) -> str:
    """Return advice for an error."""
    return _ADVICE.get(error_code, _RETRY)


def retry_may_help(error_code: str) -> bool:
    """Return whether trying the same file again may work, since neither the file nor its
    address is at fault."""
    return error_code not in _TOO_MUCH and not error_code.startswith(("source_", "fetch_", "site_"))


def notice_advice(code: str) -> str:
    """Return advice for a notice; empty if nothing needs to be done, or the code is unknown."""
    kind = notices.KINDS.get(code)
    return kind.advice if kind else ""


def frame_rate(rate: Fraction, varies: bool) -> str:
    """Return a frame rate such as "25 frames/s", with a remark if it is an average."""
    return f"{float(rate):.4g} frames/s{' on average, varying' if varies else ''}"


def clock(seconds: float) -> str:
    """Return a moment of a video as 0:07, 12:34 or 1:02:03; it has begun by then."""
    return duration(int(seconds)) if seconds >= 1 else "0:00"


def duration(seconds: float) -> str:
    """Return a duration as 0:07, 12:34 or 1:02:03; below a second as 0.3 s or 0.04 s."""
    if 0 < seconds < _SHORT:
        return f"{seconds:.1f} s" if seconds >= _A_TENTH else f"{max(seconds, 0.01):.2f} s"
    whole = round(seconds)
    minutes, left = divmod(whole, _MINUTE)
    if whole < _HOUR:
        return f"{minutes}:{left:02d}"
    hours, minutes = divmod(minutes, _MINUTE)
    return f"{hours}:{minutes:02d}:{left:02d}"


def at_most_hours(seconds: int) -> str:
    """Return whole hours, rounded up, such as "3 hours"; empty for zero seconds."""
    hours = -(-seconds // _HOUR)
    return f"{hours} hour{'' if hours == 1 else 's'}" if hours else ""


def available(seconds: float, whole: float) -> str:
    """Return how much of a video can be watched while it is still being made."""
    share = f"{duration(int(seconds))} of {duration(whole)}" if whole else duration(int(seconds))
    return f"{share} can be watched"


size = measures.size


def download(received: int, whole: int | None, rate: int | None) -> str:
    """Return how much of a file has arrived, such as "120 MB of 1.2 GB, 3.4 MB/s"."""
    share = f"{size(received)} of {size(whole)}" if whole else size(received)
    return f"{share}, {size(rate)}/s" if rate else share


def limit(count: int) -> str:
    """Return a limit as 512 MiB or 2.0 GB, in the units in which it was set: sites set theirs in
    powers of 1024, and plans theirs mostly in powers of 1000."""
    if count and count % _MEGA == 0:
        return size(count)
    value, unit = float(count), "bytes"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if value < _KIBI:
            break
        value, unit = value / _KIBI, larger
    return f"{value:.1f}".removesuffix(".0") + f" {unit}"


def place(ahead: int) -> str:
    """Return the place in the queue behind this many others, such as "4th in the queue"."""
    if ahead <= 0:
        return "Next in the queue"
    number = ahead + 1
    ending = "th" if number % 100 in _TEENS else _ENDINGS.get(number % 10, "th")
    return f"{number}{ending} in the queue"


def time_left(seconds: int | None) -> str:
    """Return roughly how much time is left; empty if that is unknown."""
    if seconds is None:
        return ""
    if seconds < _FEW_SECONDS:
        return "A few seconds left"
    if seconds < _MINUTE - _STEP_SECONDS:
        return f"{_STEP_SECONDS * round(seconds / _STEP_SECONDS)} s left"
    if seconds < _HOUR:
        return f"{max(1, round(seconds / _MINUTE))} min left"
    return f"{seconds / _HOUR:.1f} h left"
