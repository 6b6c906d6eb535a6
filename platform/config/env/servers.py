"""The addresses of the database, Redis and the mail server, checked before they are used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import environ
import psycopg
import redis
from django.core.exceptions import ImproperlyConfigured
from psycopg import conninfo

from config.env.certificates import why_not
from config.env.reader import Reader
from config.env.shown import quoted

_POSTGRES = ("postgres", "postgresql", "psql", "pgsql")
_REDIS = ("redis", "rediss", "unix")
_MAIL = ("smtp", "smtp+tls", "smtp+ssl", "smtps", "consolemail", "filemail", "memorymail",
         "dummymail")  # fmt: skip
_NO_MAIL = "consolemail://"
_REDIS_DEFAULT = "redis://127.0.0.1:6379/0"
# Options that libpq checks only when it connects.
_NUMBERS = ("connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval",
            "keepalives_count", "tcp_user_timeout")  # fmt: skip
_WORDS = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "channel_binding": ("disable", "prefer", "require"),
    "gssencmode": ("disable", "prefer", "require"),
    "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby",
                             "prefer-standby"),
}  # fmt: skip
_ESCAPED = "write @ as %40, / as %2F, # as %23, ? as %3F, : as %3A and % as %25 in a password"


def database(reader: Reader, data_dir: Path) -> dict[str, object]:
    """Return Django's database settings; SQLite in the data folder if none is configured."""
    name = "DATABASE_URL"
    url = reader.text(name)
    # Not written as an address, in which # ? and % in a folder's name have a meaning.
    embedded: dict[str, object] = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(data_dir / "vodloom.sqlite3"),
    }
    if not url:
        return embedded
    if url.startswith("sqlite:///"):
        if must := _wrong_file(url):
            reader.fault(name, must)
        return dict(environ.Env.db_url_config(url))
    wrong = list(_wrong_address(url, _POSTGRES, "postgres://user:password@host:5432/name"))
    if not wrong:
        wrong = list(_wrong_database(url))
    for must in wrong:
        reader.fault(name, must)
    return embedded if wrong else dict(environ.Env.db_url_config(url))


def _wrong_file(url: str) -> str | None:
    """Return what is wrong with the address of an SQLite file, or None."""
    if not url.removeprefix("sqlite:///") or url.endswith(":memory:"):
        return "names no file: it must be sqlite:////path/to/file, or empty for one in DATA."
    if {"?", "#", "%"} & set(url):
        return "has one of ? # % in the name of its file, which mean something else here."
    return None


def _wrong_database(url: str) -> Iterator[str]:
    address = urlsplit(url)
    if not address.path.strip("/"):
        yield "names no database: it must end in /name, as postgres://user:password@host:5432/name."
    elif "/" in address.path.strip("/"):
        yield f"has a / too many after the host; {_ESCAPED}."
    options = parse_qsl(address.query)
    try:
        conninfo.make_conninfo(**dict(options))
    except psycopg.Error as error:
        yield f"has an option PostgreSQL does not know: {str(error).strip()}."
    for option, value in options:
        yield from _wrong_option(option, value)


def _wrong_option(option: str, value: str) -> Iterator[str]:
    """Yield what PostgreSQL's client would reject in an option only when it connects."""
    if option == "sslrootcert" and value != "system":
        yield from _no_certificates(option, value)
    elif option in ("sslcert", "sslkey"):
        yield from _missing(option, value)
    elif option in _NUMBERS and not re.fullmatch(r"-?[0-9]{1,9}", value):
        yield f"has {option}={quoted(value)}; it must be a whole number."
    elif value not in _WORDS.get(option, (value,)):
        yield f"has {option}={quoted(value)}; it must be one of {', '.join(_WORDS[option])}."


def redis_url(reader: Reader) -> str:
    """Return the address of Redis."""
    name = "REDIS_URL"
    url = reader.text(name, _REDIS_DEFAULT)
    wrong = list(_wrong_address(url, _REDIS, "redis://:password@host:6379/0")) or list(
        _wrong_redis(url)
    )
    for must in wrong:
        reader.fault(name, must)
    return url


def _wrong_redis(url: str) -> Iterator[str]:
    address = urlsplit(url)
    number = address.path.strip("/")
    if address.scheme != "unix" and number and not number.isdecimal():
        yield f"ends in {number!r}, where the number of a database must stand, such as 0."
        return
    if address.scheme == "unix" and not number:
        yield "names no socket: it must look like unix:///path/to/redis.sock."
    if address.username and not address.password and "password=" not in address.query:
        yield "has a name and no password: write redis://:password@host:6379/0, with the colon."
    for option, value in parse_qsl(address.query):
        if option == "ssl_ca_certs":
            yield from _no_certificates(option, value)
        elif option in ("ssl_certfile", "ssl_keyfile"):
            yield from _missing(option, value)
    try:
        # This creates the connection object without opening the connection.
        redis.ConnectionPool.from_url(url).make_connection()
    except (TypeError, ValueError, redis.RedisError) as error:
        yield f"has an option Redis's client cannot use: {error}."


def passwords_in(url: str) -> list[str]:
    """Return the passwords in an address of Redis, unescaped as they are sent."""
    address = urlsplit(url)
    given = [value for option, value in parse_qsl(address.query) if option == "password"]
    return [*given, *([unquote(address.password)] if address.password else [])]


def email(reader: Reader) -> dict[str, Any]:
    """Return Django's settings of the mail server."""
    name = "EMAIL_URL"
    url = reader.text(name, _NO_MAIL)
    wrong = list(_wrong_address(url, _MAIL, "smtp+tls://user:password@host:587"))
    if not wrong and urlsplit(url).scheme.startswith("smtp") and not urlsplit(url).hostname:
        wrong = ["names no host: it must look like smtp+tls://user:password@host:587."]
    if url.startswith("filemail:") and not urlsplit(url).path.strip("/"):
        wrong = ["names no folder: it must look like filemail:///path/to/folder."]
    for must in wrong:
        reader.fault(name, must)
    # Elsewhere smtps means TLS from the first byte.
    url = _NO_MAIL if wrong else re.sub(r"^smtps:", "smtp+ssl:", url)
    try:
        values = dict(environ.Env.email_url_config(url))
    except (ValueError, KeyError, ImproperlyConfigured) as error:
        reader.fault(name, f"cannot be read: {error}.")
        values = dict(environ.Env.email_url_config(_NO_MAIL))
    if url.startswith("filemail:"):
        values["EMAIL_FILE_PATH"] = unquote(
            urlsplit(url).path
        )  # from which the library drops a slash
    if url.startswith(_NO_MAIL):
        values["EMAIL_BACKEND"] = "config.mail.NoServer"
    elif url.startswith("smtp"):
        values["EMAIL_BACKEND"] = "config.smtp.EmailBackend"
    return values


def _wrong_address(url: str, schemes: tuple[str, ...], example: str) -> Iterator[str]:
    """Yield the faults that an address of any kind can have."""
    scheme = url.partition("://")[0]
    if scheme not in schemes or "://" not in url:
        told = ", ".join(f"{scheme}://" for scheme in schemes)
        yield f"must begin with one of {told}, as in {example}."
        return
    try:
        address = urlsplit(url)
        _ = address.port
    except ValueError:
        yield f"has no number where its port should be; {_ESCAPED}."
        return
    if address.fragment or address.netloc.count("@") > 1 or _is_split(address):
        yield f"has a character with a meaning of its own; {_ESCAPED}."


def _is_split(address: SplitResult) -> bool:
    """Whether a slash or question mark in a password ended the host part too soon."""
    return "@" in address.path or "@" in address.query


def _missing(option: str, value: str) -> Iterator[str]:
    try:
        with Path(value).open("rb"):
            return
    except (OSError, ValueError):
        yield f"has {option}={value}, and no such file can be read."


def _no_certificates(option: str, value: str) -> Iterator[str]:
    if reason := why_not(value):
        yield f"has {option}={value}, and {reason}."
