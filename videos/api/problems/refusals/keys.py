"""The refusals of requests with an ``Idempotency-Key``."""

from videos.api.problems.refusal import Refusals
from videos.idempotency import (
    Interrupted,
    InvalidKey,
    KeyInFlight,
    KeyMismatch,
)

REFUSALS: Refusals = {
    InvalidKey: (
        400,
        "idempotency_key_invalid",
        "An Idempotency-Key has 1 to 255 visible ASCII characters.",
    ),
    KeyInFlight: (
        409,
        "idempotency_in_flight",
        "A request with this Idempotency-Key is being answered. Try again in a few seconds.",
    ),
    Interrupted: (
        409,
        "idempotency_interrupted",
        "The first request with this Idempotency-Key was interrupted after it had an effect. Look "
        "at what it created, and use another key for what is missing.",
    ),
    KeyMismatch: (
        422,
        "idempotency_mismatch",
        "This Idempotency-Key named another request before. Use a new key for each request.",
    ),
}
