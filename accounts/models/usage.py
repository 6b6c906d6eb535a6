"""How many uploads a user began today; whoever reserves holds the row."""

from django.db import models

from accounts.models.user import User


class Usage(models.Model):
    """What cannot be counted from the rows of uploads, which go with their videos.

    There is one row for each user who ever uploaded. It is locked while quotas are checked and the
    rows are written that count, so of many uploads at once each sees those before it.
    """

    user = models.OneToOneField(
        User, primary_key=True, on_delete=models.CASCADE, related_name="usage"
    )
    day = models.DateField(null=True, help_text="in UTC")
    uploads = models.PositiveIntegerField(default=0, help_text="begun on that day")

    class Meta:
        verbose_name_plural = "usage"

    def __str__(self) -> str:
        return f"{self.uploads} on {self.day}"
