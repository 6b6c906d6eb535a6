"""The admin's look."""

UNFOLD = {
    "SITE_TITLE": "Vodloom",
    "SITE_HEADER": "Vodloom",
    "SITE_SUBHEADER": "Moderation and operations",
    "SHOW_VIEW_ON_SITE": False,
}
