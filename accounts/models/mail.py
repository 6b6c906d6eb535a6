"""The mails that wait to be sent."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from accounts.models.user import User


class OutgoingMail(models.Model):
    """A mail to a user, written in the same transaction as the change it reports.

    It goes to the address that the user has at the time of sending. ``template`` names the files
    ``{template}_subject.txt``, ``{template}_message.txt`` and, if there is one,
    ``{template}_message.html``.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    to = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    template = models.CharField(max_length=100)
    context = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    next_at = models.DateTimeField(null=True, help_text="the next try; empty when it is over")
    tries = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=100, blank=True, help_text="why the last try failed")

    class Meta:
        verbose_name = "mail"
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"], condition=models.Q(next_at__isnull=False), name="mail_due"
            ),
            models.Index(
                fields=["created_at"], condition=models.Q(next_at__isnull=True), name="mail_over"
            ),
        ]

    def __str__(self) -> str:
        return self.template
