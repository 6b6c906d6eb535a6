"""The faults of notifications."""

from processing.health.finding import Kind

KEY_UNREADABLE = Kind(
    "push_key_unreadable",
    "The key of Web Push was encrypted with a SECRET_KEY that is no longer set: browsers get no "
    "messages.",
    "Add that to SECRET_KEY_FALLBACKS. If it is lost, `manage.py renew_push_key` makes another; "
    "users must then turn messages on again.",
)
NO_HTTPS = Kind(
    "push_without_https",
    "Browsers show messages only of sites with HTTPS; {origin} has none.",
    "Set USE_HTTPS=true behind a proxy with a certificate, and VODLOOM_SITE_URL.",
    lesser=True,
)
LOCAL_LINKS = Kind(
    "links_lead_nowhere",
    "Mails and messages link to {origin}, which only this machine knows.",
    "Set VODLOOM_SITE_URL to the origin of the site, such as https://vod.example.org.",
    lesser=True,
)
