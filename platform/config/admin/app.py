"""Django's admin app with this site's ``AdminSite`` as its default."""

from django.contrib.admin.apps import AdminConfig


class VodloomAdmin(AdminConfig):
    """Configures the admin."""

    default_site = "config.admin.site.VodloomAdminSite"
