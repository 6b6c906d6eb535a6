"""Examples of progress and of the newest job."""

from videos.api.schema.examples.basics import JOB_ID, Example

CURRENT_JOB: Example = {"id": JOB_ID, "kind": "first", "status": "queued"}
NOTHING_YET: Example = {
    "percent": 0.0,
    "eta_seconds": None,
    "stage": "waiting",
    "place": 0,
    "download": None,
}
DOWNLOADING: Example = NOTHING_YET | {
    "download": {"received": 0, "size": None, "bytes_a_second": None, "eta_seconds": None}
}
READY: Example = {
    "percent": 100.0,
    "eta_seconds": 0,
    "stage": "ready",
    "place": None,
    "download": None,
}
CANCELED: Example = {
    "percent": 0.0,
    "eta_seconds": None,
    "stage": "canceled",
    "place": None,
    "download": None,
}
