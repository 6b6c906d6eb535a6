"""Yes or no in an address."""

from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request


def flag(request: Request, name: str) -> bool:
    """Whether a query parameter is true, false by default; raises ``ValidationError`` for what is
    neither."""
    text = request.query_params.get(name, "false").lower()
    if text not in ("true", "false"):
        raise ValidationError({name: [ErrorDetail("It must be true or false.", code="invalid")]})
    return text == "true"
