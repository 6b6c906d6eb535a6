"""The operations of profiles."""

from collections.abc import Mapping

from videos.api.schema.examples import profiles as examples
from videos.api.schema.operation import Operation

OPERATIONS: Mapping[str, Operation] = {
    "profile.list": Operation(
        "listProfiles",
        "List encoding profiles",
        "Returns all profiles in one list; there are no pages.",
        answer=examples.PROFILE,
    ),
    "profile.retrieve": Operation(
        "getProfile",
        "Get an encoding profile",
        "Returns how videos are encoded with this profile. Staff edit profiles in the admin.",
        answer=examples.PROFILE,
    ),
}
