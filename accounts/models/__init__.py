"""Users, their roles, plans, API keys, invitations, mails and what they are told, and the audit
log."""

from accounts.models.api_key import ApiKey
from accounts.models.audit import AuditEntry, EntriesStand
from accounts.models.invitation import Invitation
from accounts.models.mail import OutgoingMail
from accounts.models.notification import NotificationSettings
from accounts.models.plan import Plan
from accounts.models.push import PushKey, PushMessage, PushSubscription
from accounts.models.role import Role
from accounts.models.usage import Usage
from accounts.models.user import User, UserManager

__all__ = [
    "ApiKey",
    "AuditEntry",
    "EntriesStand",
    "Invitation",
    "NotificationSettings",
    "OutgoingMail",
    "Plan",
    "PushKey",
    "PushMessage",
    "PushSubscription",
    "Role",
    "Usage",
    "User",
    "UserManager",
]
