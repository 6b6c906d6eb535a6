"""Django's admin app with our site in the place of its own."""

from django.contrib.admin.apps import AdminConfig


class VodloomAdmin(AdminConfig):
    """The admin."""

    default_site = "config.admin.site.VodloomAdminSite"
