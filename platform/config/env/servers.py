"""The addresses of the database, Redis and the mail server, looked at before they are used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

import environ
import psycopg
import redis
from django.core.exceptions import ImproperlyConfigured
from psycopg import conninfo

from config.env.reader import Reader

_POSTGRES = ("postgres", "postgresql", "psql", "pgsql")
_REDIS = ("redis", "rediss", "unix")
_MAIL = ("smtp", "smtp+tls", "smtp+ssl", "smtps", "consolemail", "filemail", "memorymail",
         "dummymail")  # fmt: skip
_NO_MAIL = "consolemail://"
_REDIS_DEFAULT = "redis://127.0.0.1:6379/0"
_SECRET_IN_ADDRESS = re.compile(r"(?<=:)[^:@/]*(?=@)")
_ESCAPED = "write @ as %40, / as %2F, # as %23, ? as %3F, : as %3A and % as %25 in a password"


def database(reader: Reader, data_dir: Path) -> dict[str, object]:
    """Django's settings of the database; SQLite in the data folder where none is named."""
    name = "DATABASE_URL"
    url = reader.text(name)
    # Not as an address, in which a folder's # ? and % would mean something.
    embedded: dict[str, object] = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(data_dir / "vodloom.sqlite3"),
    }
    if not url:
        return embedded
    _hide_password(reader, name)
    if url.startswith("sqlite:///"):
        return dict(environ.Env.db_url_config(url))
    wrong = list(_wrong_address(url, _POSTGRES, "postgres://user:password@host:5432/name"))
    if not wrong:
        wrong = list(_wrong_database(url))
    for must in wrong:
        reader.fault(name, must)
    return embedded if wrong else dict(environ.Env.db_url_config(url))


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
        if option in ("sslrootcert", "sslcert", "sslkey") and value != "system":
            yield from _missing(option, value)


def redis_url(reader: Reader) -> str:
    """The address of Redis."""
    name = "REDIS_URL"
    url = reader.text(name, _REDIS_DEFAULT)
    _hide_password(reader, name)
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
    for option, value in parse_qsl(address.query):
        if option in ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile"):
            yield from _missing(option, value)
    try:
        # Makes the connection and does not open it.
        redis.ConnectionPool.from_url(url).make_connection()
    except (TypeError, ValueError, redis.RedisError) as error:
        yield f"has an option Redis's client cannot use: {error}."


def email(reader: Reader) -> dict[str, Any]:
    """Django's settings of the mail server."""
    name = "EMAIL_URL"
    url = reader.text(name, _NO_MAIL)
    _hide_password(reader, name)
    wrong = list(_wrong_address(url, _MAIL, "smtp+tls://user:password@host:587"))
    if not wrong and urlsplit(url).scheme.startswith("smtp") and not urlsplit(url).hostname:
        wrong = ["names no host: it must look like smtp+tls://user:password@host:587."]
    for must in wrong:
        reader.fault(name, must)
    # What others call smtps is TLS from the first byte.
    url = _NO_MAIL if wrong else re.sub(r"^smtps:", "smtp+ssl:", url)
    try:
        values = dict(environ.Env.email_url_config(url))
    except (ValueError, KeyError, ImproperlyConfigured) as error:
        reader.fault(name, f"cannot be read: {error}.")
        values = dict(environ.Env.email_url_config(_NO_MAIL))
    if url.startswith(_NO_MAIL):
        values["EMAIL_BACKEND"] = "config.mail.NoServer"
    return values


def _wrong_address(url: str, schemes: tuple[str, ...], example: str) -> Iterator[str]:
    """What any address can have wrong."""
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
    """Whether a password with a slash or question mark ended the host too soon."""
    return "@" in address.path or "@" in address.query


def _missing(option: str, value: str) -> Iterator[str]:
    if not Path(value).is_file():
        yield f"has {option}={value}, and no such file can be read."


def _hide_password(reader: Reader, name: str) -> None:
    """Of an address, only the password is a secret."""
    setting = reader.settings[name]
    shown = _SECRET_IN_ADDRESS.sub("(hidden)", setting.value)
    reader.settings[name] = replace(setting, value=shown)
