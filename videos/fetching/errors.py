"""Why a file could not be fetched, as people are told it.

A sentence never repeats the URL, which may hold a secret, or an address of this network.
"""

CODES = (
    "fetch_forbidden_address",
    "fetch_unreachable",
    "fetch_not_found",
    "fetch_expired",
    "fetch_refused",
    "fetch_unavailable",
    "fetch_html",
    "fetch_too_large",
    "fetch_stalled",
    "fetch_timeout",
    "fetch_broken_off",
    "fetch_checksum_mismatch",
    "fetch_failed",
)
"""The codes of all failures."""

TRIES = 8
"""How often a fetch is tried whose failure may pass by itself."""


class FetchFailed(Exception):
    """Raised when a file cannot be fetched, with a stable ``code``; it is given up after
    ``tries`` of these failures."""

    def __init__(self, code: str, message: str, *, tries: int = 1) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.tries = tries


class FetchStopped(Exception):
    """Raised when a fetch was told to stop, for this reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def forbidden_address() -> FetchFailed:
    """Return the failure for a URL that leads to an address from which nothing may be fetched."""
    return FetchFailed(
        "fetch_forbidden_address",
        "The URL leads to a private or reserved address. Use one that is reachable from the "
        "internet.",
    )


def unreachable() -> FetchFailed:
    """Return the failure for a server that cannot be found or reached."""
    return FetchFailed(
        "fetch_unreachable",
        "The server of the URL cannot be found or reached. Check the URL and try again.",
        tries=TRIES,
    )


def broken_off() -> FetchFailed:
    """Return the failure for a connection that broke, or a body shorter than announced."""
    return FetchFailed(
        "fetch_broken_off",
        "The connection broke off before the file was complete. Try again, or upload the file.",
        tries=TRIES,
    )


def is_html() -> FetchFailed:
    """Return the failure for a web page in place of a file."""
    return FetchFailed(
        "fetch_html",
        "The URL leads to a web page, not to a file. Use the address of the file itself.",
    )


def too_large(most: int) -> FetchFailed:
    """Return the failure for a file of more than ``most`` bytes."""
    return FetchFailed(
        "fetch_too_large",
        f"The file is larger than the {most:,} bytes that are allowed. Import a smaller file.",
    )


def stalled(seconds: float) -> FetchFailed:
    """Return the failure for a server that sent nothing for this time."""
    return FetchFailed(
        "fetch_stalled",
        f"The server sent nothing for {seconds:g} seconds. Try again later, or upload the file.",
        tries=2,
    )


def timed_out(seconds: float) -> FetchFailed:
    """Return the failure for a file that took longer than this altogether."""
    return FetchFailed(
        "fetch_timeout",
        f"The file did not arrive within {seconds / 60:g} minutes. Use a faster server, or upload "
        "the file.",
    )


def checksum_mismatch() -> FetchFailed:
    """Return the failure for a file whose SHA-256 is not the one in the request."""
    return FetchFailed(
        "fetch_checksum_mismatch",
        "The file's SHA-256 is not the one that was given. Check the URL and the checksum.",
    )


def failed(why: str) -> FetchFailed:
    """Return the failure for an answer that is no file, and for which there is no other code."""
    return FetchFailed("fetch_failed", why)


def of_status(status: int, *, may_expire: bool) -> FetchFailed:
    """Return the failure for a status that is no success.

    ``may_expire`` says that the URL is signed, so that a refusal means that it has expired.
    """
    if status == 404:
        return FetchFailed(
            "fetch_not_found", "There is no file at this URL (404). Check it and import again."
        )
    if status == 410 or (status in (400, 401, 403) and may_expire):
        return FetchFailed(
            "fetch_expired",
            f"The URL has expired, or is not valid any more ({status}). Get a new one and import "
            "again.",
        )
    if status in (401, 403):
        return FetchFailed(
            "fetch_refused",
            f"The server does not give the file to everybody ({status}). Share it, or use a signed "
            "URL.",
        )
    if status in (408, 425, 429) or status >= 500:
        return FetchFailed(
            "fetch_unavailable",
            f"The server could not send the file ({status}). Try again later.",
            tries=TRIES,
        )
    return failed(f"The server answered with the status {status}, and no file. Check the URL.")
