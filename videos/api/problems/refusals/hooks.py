"""The refusals of the hooks of AI generators."""

from videos.api.problems.refusal import Refusals
from videos.ingest.hooks.addresses import AddressUnknown, NoSecretSet
from videos.ingest.hooks.deliveries import NotJson
from videos.ingest.hooks.polling import NoSuchJob, NotAsked
from videos.ingest.hooks.signatures import SignatureExpired, SignatureInvalid, SignatureMissing


class BodyTooLarge(Exception):
    """Raised when the body of a report is larger than a view reads."""


REFUSALS: Refusals = {
    SignatureMissing: (
        401,
        "signature_missing",
        "Send the headers webhook-id, webhook-timestamp and webhook-signature.",
    ),
    SignatureExpired: (
        401,
        "signature_expired",
        "The webhook was signed too long ago, or in the future: more than 5 minutes apart.",
    ),
    SignatureInvalid: (401, "signature_invalid", "The signature is not one of this address."),
    AddressUnknown: (
        403,
        "hook_address_unknown",
        "This address was not issued here, or it was revoked. Create another one.",
    ),
    NotJson: (400, "parse_error", "The body is not a JSON object, or has a member twice."),
    BodyTooLarge: (413, "body_too_large", "The body may have at most 4,194,304 bytes here."),
    NoSecretSet: (
        409,
        "hook_not_configured",
        "The operator has set no signing secret of this generator (VODLOOM_REPLICATE_SECRETS).",
    ),
    NotAsked: (
        409,
        "polling_not_configured",
        "This site cannot ask the generator: the operator has set no VODLOOM_REPLICATE_TOKEN.",
    ),
    NoSuchJob: (400, "prediction_invalid", "This is not the id of a prediction."),
}
