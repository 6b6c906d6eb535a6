"""Roles: groups that come with Vodloom, and what each was given."""

from django.contrib.auth.models import Group
from django.db import models


class Role(models.Model):
    """The group of a role. ``given`` names the permissions that the group got from Vodloom, so that
    one which an administrator takes from it is not given again."""

    class Name(models.TextChoices):
        """The roles, from the fewest rights to the most."""

        UPLOADER = "uploader", "Uploader"
        VIEWER = "viewer", "Viewer"
        MODERATOR = "moderator", "Moderator"
        OPERATOR = "operator", "Operator"
        ADMINISTRATOR = "administrator", "Administrator"

    name = models.CharField(max_length=16, choices=Name, primary_key=True)
    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="role")
    given = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.get_name_display())
