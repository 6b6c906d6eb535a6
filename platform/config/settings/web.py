"""How web processes listen and stop, and whom they answer how often."""

from config.settings.base import ENV

# Whose X-Forwarded-For and X-Forwarded-Proto are believed.
TRUSTED_PROXIES = ENV.web.trusted_proxies
# How long requests in progress are let go on when the process is told to stop.
GRACE_SECONDS = ENV.web.grace_seconds

# Pages elsewhere that may use the API (CORS, and the feed): never with cookies.
CORS_ALLOWED_ORIGINS = ENV.web.cors_origins
RATES = ENV.web.rates
