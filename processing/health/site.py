"""Check how the site is reached, and the static files that its pages need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http.request import validate_host

from config.site_address import is_local, is_private
from processing.health.catalogue import site as kinds
from processing.health.finding import CheckResult, well

ADDRESS, STATIC, IMPORTS = "Address", "Static files", "Imports"


def address() -> list[CheckResult]:
    """Check that hosts, origins and HTTPS fit together."""
    found = [*_of_hosts(), *_of_origins()]
    return found or [well(ADDRESS, ", ".join(settings.ALLOWED_HOSTS))]


def imports() -> CheckResult:
    """Check that files are fetched from public addresses only."""
    if settings.FETCH_PRIVATE:
        networks = ", ".join(str(network) for network in settings.FETCH_PRIVATE)
        return kinds.FETCHES_INSIDE.at(IMPORTS, networks=networks)
    return well(IMPORTS, "from public addresses only")


def _of_hosts() -> Iterator[CheckResult]:
    hosts = settings.ALLOWED_HOSTS
    others = [host for host in hosts if not is_local(host)]
    if settings.DEBUG and others:
        yield kinds.DEBUG.at(ADDRESS)
    if "*" in hosts:
        yield kinds.ANY_HOST.at(ADDRESS)
    if settings.ENV.use_https and not others:
        yield kinds.ONLY_LOCAL.at(ADDRESS)
    public = [host for host in others if host != "*" and not is_private(host)]
    if not settings.ENV.use_https and public:
        yield kinds.PLAIN.at(ADDRESS, host=public[0])


def _of_origins() -> Iterator[CheckResult]:
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        host = urlsplit(origin).hostname or ""
        named = host.replace("*", "any", 1)
        if not validate_host(named, settings.ALLOWED_HOSTS):
            yield kinds.ORIGIN_NOT_HOST.at(ADDRESS, origin=origin)
        if settings.ENV.use_https and origin.startswith("http://"):
            yield kinds.ORIGIN_PLAIN.at(ADDRESS, origin=origin)


def collected() -> CheckResult:
    """Check that the static files were collected into the folder they are served from."""
    try:
        staticfiles_storage.url("css/site.css")
    except ValueError:
        return kinds.STATIC_MISSING.at(STATIC, folder=settings.STATIC_ROOT)
    return well(STATIC, "collected")


def static_files() -> CheckResult:
    """Check that the static files were collected, and by this version."""
    there, folder = collected(), Path(settings.STATIC_ROOT)
    if there.ok and not settings.DEBUG and (old := _first_that_differs(folder)):
        return kinds.STATIC_OLD.at(STATIC, folder=folder, file=old)
    return there


def _first_that_differs(collected: Path) -> str:
    """Return the first collected file that is missing or differs from this code's, else empty."""
    for path, here in _files().items():
        there = collected / path
        if not there.is_file() or there.stat().st_size != here.stat().st_size:
            return path
        if _is_ours(here) and there.read_bytes() != here.read_bytes():
            return path
    return ""


def _files() -> dict[str, Path]:
    """Return the files to collect. Of several files with one name, the first one found counts."""
    left_out = apps.get_app_config("staticfiles").ignore_patterns  # type: ignore[attr-defined]
    found: dict[str, Path] = {}
    for finder in get_finders():
        for path, storage in finder.list(left_out):
            found.setdefault(str(path), Path(storage.path(path)))
    return found


def _is_ours(file: Path) -> bool:
    """Whether a file is part of this product rather than of a library."""
    return file.is_relative_to(settings.BASE_DIR / "static")
