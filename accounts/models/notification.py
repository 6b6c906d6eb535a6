"""What users want to be told, and how."""

from django.db import models

from accounts.models.user import User


class NotificationSettings(models.Model):
    """A user's choices, and when they were told last. A user without a row has the defaults."""

    user = models.OneToOneField(
        User, primary_key=True, on_delete=models.CASCADE, related_name="notification_settings"
    )
    switched = models.JSONField(
        default=dict, help_text="what differs from the defaults, such as {'mail.ready': false}"
    )
    digest_minutes = models.PositiveSmallIntegerField(
        default=10, db_default=10, help_text="at most one mail in so many minutes"
    )
    mailed_at = models.DateTimeField(null=True, help_text="when the last mail was written")
    pushed_at = models.DateTimeField(null=True, help_text="when browsers were told last")

    class Meta:
        verbose_name = "notification settings"
        verbose_name_plural = "notification settings"

    def __str__(self) -> str:
        return f"notification settings of {self.user_id}"
