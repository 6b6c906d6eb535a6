"""Settings of the web processes: trusted proxies, stopping, allowed origins, and rate limits."""

from config.settings.base import ENV

# Where people reach this site: mails and notifications link to it. See config.site_address.
SITE_URL = ENV.site_url

# The proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.
TRUSTED_PROXIES = ENV.web.trusted_proxies
# How long requests in progress may continue when the process is told to stop.
GRACE_SECONDS = ENV.web.grace_seconds
# The most sockets and event streams that one user may have open in a process.
FEEDS_AT_ONCE = ENV.web.feeds_at_once

# Other origins whose pages may use the API (CORS) and the feed, never with cookies.
CORS_ALLOWED_ORIGINS = ENV.web.cors_origins
RATES = ENV.web.rates
