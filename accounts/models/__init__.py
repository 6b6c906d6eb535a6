"""Users, their plans, API keys, mails and what they are told, and the audit log."""

from accounts.models.api_key import ApiKey
from accounts.models.audit import AuditEntry, EntriesStand
from accounts.models.mail import OutgoingMail
from accounts.models.notification import NotificationSettings
from accounts.models.plan import Plan
from accounts.models.push import PushKey, PushMessage, PushSubscription
from accounts.models.usage import Usage
from accounts.models.user import User, UserManager

__all__ = [
    "ApiKey",
    "AuditEntry",
    "EntriesStand",
    "NotificationSettings",
    "OutgoingMail",
    "Plan",
    "PushKey",
    "PushMessage",
    "PushSubscription",
    "Usage",
    "User",
    "UserManager",
]
