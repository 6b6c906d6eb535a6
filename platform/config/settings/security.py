"""Secure by default; ``USE_HTTPS=false`` is for a machine one sits at."""

from urllib.parse import urlsplit

from config import content_policy
from config.settings.base import BASE_DIR, ENV

CSRF_TRUSTED_ORIGINS = ENV.csrf_trusted_origins
SECURE_SSL_REDIRECT = ENV.use_https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.use_https else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if ENV.use_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ENV.use_https
SECURE_HSTS_PRELOAD = ENV.use_https
SESSION_COOKIE_SECURE = ENV.use_https
CSRF_COOKIE_SECURE = ENV.use_https
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# The bucket's origin, where browsers fetch media and pictures from it.
_PUBLIC = urlsplit((ENV.s3.public_endpoint_url or "") if ENV.s3 else "")
_MEDIA_ORIGINS = [f"{_PUBLIC.scheme}://{_PUBLIC.netloc}"] if _PUBLIC.netloc else []
_PLAYER_STYLES = content_policy.style_hashes(BASE_DIR / "static/vendor/media-chrome.styles.txt")

# By the longest prefix of the path.
CONTENT_POLICIES = {
    "/": content_policy.header(content_policy.pages(_MEDIA_ORIGINS)),
    "/watch/": content_policy.header(content_policy.player(_MEDIA_ORIGINS, _PLAYER_STYLES)),
    "/api/docs/": content_policy.header(content_policy.api_docs()),
    "/admin/": content_policy.header(content_policy.admin(_MEDIA_ORIGINS)),
}
