"""The operations of the hooks of AI generators."""

from collections.abc import Mapping

from videos.api.schema.examples import hooks as examples
from videos.api.schema.operation import Operation

OPERATIONS: Mapping[str, Operation] = {
    "hook.create": Operation(
        "receiveHook",
        "Receive a report of an AI generator",
        "The address that a generator calls, signed as Standard Webhooks are; no key is sent. "
        "Replicate calls it with its prediction. Other generators send the members below. The "
        "outputs are imported as videos afterwards; a report that was received before, by its "
        "`webhook-id`, changes nothing.",
        refusals={
            401: ("signature_missing", "signature_expired", "signature_invalid"),
            403: ("hook_address_unknown",),
        },
        request=examples.HOOK_REPORT,
        answer={"received": True},
    ),
    "hook-address.list": Operation(
        "listHookAddresses",
        "List your addresses for AI generators",
        "Returns the addresses that you have not revoked, newest first, one page at a time.",
        answer=examples.HOOK_ADDRESS,
    ),
    "hook-address.create": Operation(
        "createHookAddress",
        "Create an address for an AI generator",
        "Give `url` to the generator as its webhook. The videos that come of it are yours and get "
        "these settings. Whoever has the `url` and the secret can add videos to your library.",
        refusals={
            400: ("folder_unknown", "profile_unknown"),
            403: ("upload_not_allowed", "email_not_verified"),
            409: ("hook_not_configured",),
        },
        request=examples.HOOK_ADDRESS_FORM,
        answer=examples.HOOK_ADDRESS,
    ),
    "hook-address.destroy": Operation(
        "revokeHookAddress",
        "Revoke an address for an AI generator",
        "Further reports to it are refused; those that were received are still acted upon.",
    ),
    "hook-delivery.list": Operation(
        "listHookDeliveries",
        "List the reports of AI generators",
        "Returns what was reported to your addresses, newest first, with what was done about it.",
        answer=examples.HOOK_DELIVERY,
    ),
    "prediction.create": Operation(
        "followPrediction",
        "Follow a prediction",
        "The site asks the generator about a prediction until it has ended, and imports what it "
        "made, also if its webhook never comes. A prediction that is known already stays as it is.",
        refusals={
            400: ("prediction_invalid",),
            404: ("not_found",),
            409: ("polling_not_configured",),
        },
        request=examples.PREDICTION_FORM,
        answer=examples.GENERATION,
    ),
}
