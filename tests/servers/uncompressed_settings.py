"""The product's own settings, except that static files are not compressed, which takes longest."""

from config.settings import *  # noqa: F403

WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (
    *("css", "html", "js", "json", "map", "md", "svg", "txt", "xml"),
    *("gif", "ico", "jpg", "png", "webp", "eot", "otf", "ttf", "woff", "woff2"),
)
