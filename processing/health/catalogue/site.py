"""The faults in how the site is reached and what it serves."""

from processing.health.finding import Kind

DEBUG = Kind(
    "debug_in_public",
    "DEBUG is on: error pages show secrets to everybody.",
    "Set DEBUG=false.",
)
ANY_HOST = Kind(
    "any_host_allowed",
    "ALLOWED_HOSTS is *: links in mails can be made to lead elsewhere.",
    "Set it to the names the site is reached by.",
    lesser=True,
)
ONLY_LOCAL = Kind(
    "only_this_machine_allowed",
    "USE_HTTPS is on, and ALLOWED_HOSTS names this machine alone: by other names it answers 400.",
    "Set ALLOWED_HOSTS to the names the site is reached by.",
    lesser=True,
)
PLAIN = Kind(
    "site_without_https",
    "USE_HTTPS is off, and {host} is no name of this machine: passwords travel in the open.",
    "Put a proxy with TLS before it and set USE_HTTPS=true.",
    lesser=True,
)
ORIGIN_NOT_HOST = Kind(
    "origin_is_no_host",
    "CSRF_TRUSTED_ORIGINS has {origin}, whose host ALLOWED_HOSTS does not have.",
    "Add the host to ALLOWED_HOSTS, or take the origin out unless forms come from there.",
    lesser=True,
)
ORIGIN_PLAIN = Kind(
    "origin_without_https",
    "USE_HTTPS is on, and CSRF_TRUSTED_ORIGINS has {origin}.",
    "Write https:// there.",
    lesser=True,
)
FETCHES_INSIDE = Kind(
    "fetches_from_private_networks",
    "VODLOOM_FETCH_PRIVATE has {networks}: whoever may upload can have files fetched from there.",
    "Take out what is not needed.",
    lesser=True,
)
STATIC_MISSING = Kind(
    "static_files_missing",
    "The static files were not collected in {folder}: every page answers 500.",
    "Run manage.py collectstatic --no-input.",
)
STATIC_OLD = Kind(
    "static_files_old",
    "The static files in {folder} are of another version: {file} differs, or is not there.",
    "Run manage.py collectstatic --no-input, and let no volume hide what the image brings.",
)
