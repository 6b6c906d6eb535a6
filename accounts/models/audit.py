"""The audit log: who did what to which video, key, user or profile, and from where."""

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7


class EntriesStand(Exception):
    """Raised when an existing entry is to be changed or deleted."""


class Entries(models.QuerySet["AuditEntry"]):
    """Entries can be added and read. None can be changed, and only old ones go."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse: raise ``EntriesStand``."""
        raise EntriesStand

    def delete(self) -> NoReturn:
        """Refuse: raise ``EntriesStand``."""
        raise EntriesStand

    def forget(self, *, before: Any, most: int) -> int:
        """Delete at most so many of the oldest entries from before a time; return how many. This is
        the only way that entries go."""
        old = AuditEntry.objects.filter(at__lt=before).order_by("at").values_list("pk", flat=True)
        chosen = AuditEntry.objects.filter(pk__in=list(old[:most]))
        return models.QuerySet.delete(chosen)[0]


class AuditEntry(models.Model):
    """One action. It names the actor and what was acted on as text too, since it outlives both."""

    class Via(models.TextChoices):
        """How the actor was known."""

        SESSION = "session", "logged in"
        KEY = "key", "API key"
        TOKEN = "token", "app token"
        COMMAND = "command", "command"
        SYSTEM = "system", "by itself"
        NOBODY = "nobody", "not logged in"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    actor_email = models.CharField("who", max_length=254, blank=True, help_text="as it was then")
    via = models.CharField(max_length=8, choices=Via)
    key_hint = models.CharField("key", max_length=12, blank=True)
    address = models.GenericIPAddressField("from", null=True)
    action = models.CharField(max_length=64, help_text="such as `video.deleted`")
    target_kind = models.CharField(max_length=32, help_text="such as `video` or `api_key`")
    target_id = models.CharField(max_length=64)
    target_name = models.CharField("on", max_length=254, blank=True, help_text="as it was then")
    details = models.JSONField(default=dict, help_text="what was changed; never a secret")

    objects = Entries.as_manager()

    class Meta:
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"
        indexes: ClassVar = [
            models.Index(fields=["target_kind", "target_id", "-id"], name="audit_of_target"),
            models.Index(fields=["actor", "-id"], name="audit_of_actor"),
            models.Index(fields=["action", "-id"], name="audit_of_action"),
        ]
        permissions: ClassVar = [("export_auditentry", "Can export audit entries")]

    def __str__(self) -> str:
        return self.action

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new entry; raise ``EntriesStand`` for an existing one."""
        if not self._state.adding:
            raise EntriesStand
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: raise ``EntriesStand``."""
        raise EntriesStand
