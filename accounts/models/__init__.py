"""Users, their roles, plans, API keys, invitations and mails, and the audit log."""

from accounts.models.api_key import ApiKey
from accounts.models.audit import AuditEntry, EntriesStand
from accounts.models.invitation import Invitation
from accounts.models.mail import OutgoingMail
from accounts.models.plan import Plan
from accounts.models.role import Role
from accounts.models.usage import Usage
from accounts.models.user import User, UserManager

__all__ = [
    "ApiKey",
    "AuditEntry",
    "EntriesStand",
    "Invitation",
    "OutgoingMail",
    "Plan",
    "Role",
    "Usage",
    "User",
    "UserManager",
]
