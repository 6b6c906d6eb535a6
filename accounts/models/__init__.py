"""Users, their plans, API keys and mails, and the audit log."""

from accounts.models.api_key import ApiKey
from accounts.models.audit import AuditEntry, EntriesStand
from accounts.models.mail import OutgoingMail
from accounts.models.plan import Plan
from accounts.models.usage import Usage
from accounts.models.user import User, UserManager

__all__ = [
    "ApiKey",
    "AuditEntry",
    "EntriesStand",
    "OutgoingMail",
    "Plan",
    "Usage",
    "User",
    "UserManager",
]
