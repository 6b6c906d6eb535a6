"""Boolean query parameters."""

from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request


def flag(request: Request, name: str) -> bool:
    """Return whether a query parameter is true; it is false by default. Raises ``ValidationError``
    for any other value."""
    text = request.query_params.get(name, "false").lower()
    if text not in ("true", "false"):
        raise ValidationError({name: [ErrorDetail("It must be true or false.", code="invalid")]})
    return text == "true"
