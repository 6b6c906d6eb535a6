"""The admin's look."""

from config.version import VERSION

UNFOLD = {
    "SITE_TITLE": "Vodloom",
    "SITE_HEADER": "Vodloom",
    "SITE_SUBHEADER": f"Moderation and operations · {VERSION}",
    "SHOW_VIEW_ON_SITE": False,
}
