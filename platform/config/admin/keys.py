"""Whether a text can be the key of a row: requests can name anything as one."""

from django.core.exceptions import ValidationError
from django.db.models import Model


def may_be_key(model: type[Model], text: str) -> bool:
    """Whether a row of the model can have this key; for others a database raises an error."""
    key = model._meta.pk
    try:
        key.run_validators(key.to_python(text))
    except ValidationError:
        return False
    return "\0" not in text
