"""The refusals of credentials that may not do what they are sent for."""

from accounts.api_keys import TooManyKeys, WrongPlace
from accounts.scopes import InsufficientScope
from videos.api.problems.refusal import Refusals

REFUSALS: Refusals = {
    InsufficientScope: (
        403,
        "insufficient_scope",
        "This needs the scope {error.needed}, which the API key or token does not have.",
    ),
    WrongPlace: (
        403,
        "address_not_allowed",
        "This API key may not be used from your address.",
    ),
    TooManyKeys: (
        409,
        "too_many_keys",
        "There are {error.most} keys, with those that were revoked today. Revoke one that nothing "
        "uses, or come back tomorrow.",
    ),
}
