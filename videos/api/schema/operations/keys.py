"""The operations of API keys."""

from collections.abc import Mapping

from videos.api.schema.examples import keys as examples
from videos.api.schema.operation import Operation

OPERATIONS: Mapping[str, Operation] = {
    "key.list": Operation(
        "listKeys",
        "List your API keys",
        "Returns your keys that are not revoked, newest first, one page at a time, without their "
        "secrets.",
        answer=examples.KEY,
    ),
    "key.retrieve": Operation(
        "getKey",
        "Get an API key",
        "Returns what a key may do, and when and from where it was last used.",
        answer=examples.KEY,
    ),
    "key.create": Operation(
        "createKey",
        "Create an API key",
        "The answer has the secret, which is never shown again. A key that makes another one gives "
        "it no scope that it lacks, no later end, and no other addresses.",
        refusals={
            400: ("exceeds_key", "past", "address_invalid"),
            409: ("too_many_keys",),
        },
        request=examples.KEY_SUBMIT,
        answer=examples.NEW_KEY,
    ),
    "key.destroy": Operation(
        "revokeKey",
        "Revoke an API key",
        "Nothing can use the key any more, and what it has open is closed within a second.",
    ),
}
