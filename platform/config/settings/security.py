"""Security settings, secure by default; ``USE_HTTPS=false`` is for use on one's own machine."""

from config.settings.base import ENV

CSRF_TRUSTED_ORIGINS = ENV.csrf_trusted_origins
SECURE_SSL_REDIRECT = ENV.use_https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.use_https else None
SECURE_HSTS_SECONDS = ENV.hsts_seconds if ENV.use_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ENV.use_https and ENV.hsts_subdomains
SECURE_HSTS_PRELOAD = ENV.use_https and ENV.hsts_preload
SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_SECURE = ENV.use_https
CSRF_COOKIE_SECURE = ENV.use_https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = ENV.session_days * 24 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Opens /readyz?all=1; empty: only staff may see that.
MONITORING_TOKEN = ENV.monitoring_token
