"""Which email domains may sign up (``SIGNUP_DOMAINS``)."""

from django.conf import settings
from django.core.exceptions import ValidationError


def sentence() -> str:
    """Return the sentence that names the allowed domains; empty if every domain may sign up."""
    if not settings.SIGNUP_DOMAINS:
        return ""
    return f"Only addresses of {', '.join(map(_told, settings.SIGNUP_DOMAINS))} may sign up here."


def require(email: str) -> None:
    """Raise ``ValidationError`` for an address of a domain that is not allowed."""
    domain = _as_asked_for(email.rpartition("@")[2])
    if settings.SIGNUP_DOMAINS and not any(_holds(one, domain) for one in settings.SIGNUP_DOMAINS):
        raise ValidationError(sentence(), code="domain_not_allowed")


def _as_asked_for(domain: str) -> str:
    """Return a domain as the settings have it and mail uses it: lower case, and IDNA (ASCII) for
    other alphabets."""
    try:
        return domain.encode("idna").decode().lower().rstrip(".")
    except UnicodeError:
        return domain.lower().rstrip(".")


def _holds(allowed: str, domain: str) -> bool:
    return domain.endswith(allowed) if allowed.startswith(".") else domain == allowed


def _told(allowed: str) -> str:
    return f"any domain below {allowed[1:]}" if allowed.startswith(".") else allowed
