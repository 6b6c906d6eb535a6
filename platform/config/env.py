"""The only module that reads the environment.

Values come from the process environment, then from ``vodloom.env`` in the data folder
(written by ``make run``), then from the defaults here. Every name stands in
``.env.example``. A value that cannot work raises ``ImproperlyConfigured`` with what to set.
"""

import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[2]

Choice = TypeVar("Choice", bound=str)

_KEY_LENGTH, _KEY_CHARACTERS = 32, 8

QUEUES = ("ingest", "encode", "media", "notify", "default")


@dataclass(frozen=True)
class S3:
    """Where the bucket is and how to reach it."""

    bucket: str
    prefix: str
    endpoint_url: str | None
    public_endpoint_url: str | None
    region: str
    access_key_id: str | None
    secret_access_key: str | None


@dataclass(frozen=True)
class Environment:
    """Everything the operator can set, read once and checked."""

    data_dir: Path
    secret_key: str
    secret_key_fallbacks: list[str]
    debug: bool
    allowed_hosts: list[str]
    csrf_trusted_origins: list[str]
    use_https: bool
    database: dict[str, object]
    redis_url: str
    email: dict[str, object]
    email_from: str
    s3: S3 | None
    worker_name: str
    worker_queues: list[str]
    ffmpeg: str
    ffprobe: str
    sandbox: Literal["auto", "off", "required"]
    max_post_bytes: int
    max_gigapixels: int
    static_root: Path
    keep_events_days: int
    keep_runs_days: int
    keep_uploads_days: int
    log_format: str
    demo: bool


def read() -> Environment:
    """Read and check the environment."""
    env = environ.Env()
    data_dir = Path(env.str("DATA", default="") or BASE_DIR / "var").absolute()
    env_file = data_dir / "vodloom.env"
    if env_file.is_file():
        environ.Env.read_env(env_file)
    return Environment(
        data_dir=data_dir,
        secret_key=_secret_key(env),
        secret_key_fallbacks=_secret_key_fallbacks(env),
        debug=env.bool("DEBUG", default=False),
        allowed_hosts=env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"]),
        csrf_trusted_origins=env.list("CSRF_TRUSTED_ORIGINS", default=[]),
        use_https=env.bool("USE_HTTPS", default=True),
        database=_database(env, data_dir),
        redis_url=_redis_url(env),
        email=_email(env),
        email_from=env.str("EMAIL_FROM", default="Vodloom <no-reply@localhost>"),
        s3=_s3(env),
        worker_name=env.str("VODLOOM_WORKER_NAME", default="")
        or f"{socket.gethostname()}-{os.getpid()}",
        worker_queues=_choices(env, "VODLOOM_WORKER_QUEUES", QUEUES),
        ffmpeg=env.str("VODLOOM_FFMPEG", default="ffmpeg"),
        ffprobe=env.str("VODLOOM_FFPROBE", default="ffprobe"),
        sandbox=_choice(env, "VODLOOM_SANDBOX", ("auto", "off", "required")),
        max_post_bytes=_positive(env, "VODLOOM_MAX_POST_BYTES", default=512 * 1024**2),
        max_gigapixels=_positive(env, "VODLOOM_MAX_GIGAPIXELS", default=11_000),
        static_root=_folder(env, "VODLOOM_STATIC_ROOT", default=data_dir / "static"),
        keep_events_days=_days(env, "VODLOOM_KEEP_EVENTS_DAYS", default=30),
        keep_runs_days=_days(env, "VODLOOM_KEEP_RUNS_DAYS", default=30),
        keep_uploads_days=_days(env, "VODLOOM_KEEP_UPLOADS_DAYS", default=30),
        log_format=_choice(env, "LOG_FORMAT", ("text", "json")),
        demo=env.bool("VODLOOM_DEMO", default=False),
    )


def _secret_key(env: environ.Env) -> str:
    key = env.str("SECRET_KEY", default="")
    if not key:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Set it to at least 50 random characters, or start once with "
            "`make run`, which writes one to vodloom.env in the data folder; "
            "if that was given DATA, set the same DATA here."
        )
    return _hard_to_guess("SECRET_KEY", str(key))


def _secret_key_fallbacks(env: environ.Env) -> list[str]:
    keys = [str(key).strip() for key in env.list("SECRET_KEY_FALLBACKS", default=[])]
    return [_hard_to_guess("SECRET_KEY_FALLBACKS", key) for key in keys if key]


def _hard_to_guess(name: str, key: str) -> str:
    """The key, if it is no word: it signs sessions, password resets and playback addresses."""
    if len(key) < _KEY_LENGTH or len(set(key)) < _KEY_CHARACTERS:
        raise ImproperlyConfigured(
            f"{name} is too easy to guess: use at least {_KEY_LENGTH} characters, "
            f"{_KEY_CHARACTERS} of them different, as `openssl rand -base64 48` prints them."
        )
    return key


def _database(env: environ.Env, data_dir: Path) -> dict[str, object]:
    url = env.str("DATABASE_URL", default="")
    if not url:  # not as an address, in which a folder's # ? and % would mean something
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(data_dir / "vodloom.sqlite3")}
    try:
        parsed = environ.Env.db_url_config(url)
    except (ValueError, KeyError) as error:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {error}") from error
    if not str(parsed.get("ENGINE", "")).endswith(("postgresql", "sqlite3")):
        raise ImproperlyConfigured(
            "DATABASE_URL must begin with postgres:// or sqlite:///; "
            "other databases are not supported."
        )
    return dict(parsed)


def _redis_url(env: environ.Env) -> str:
    url = env.str("REDIS_URL", default="") or "redis://127.0.0.1:6379/0"
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured("REDIS_URL must begin with redis://, rediss:// or unix://.")
    return str(url)


def _email(env: environ.Env) -> dict[str, object]:
    url = env.str("EMAIL_URL", default="consolemail://")
    try:
        return dict(environ.Env.email_url_config(url))
    except (ValueError, KeyError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(
            "EMAIL_URL must look like smtp+tls://user:password@host:587 or consolemail://."
        ) from error


def _s3(env: environ.Env) -> S3 | None:
    bucket = env.str("S3_BUCKET", default="")
    if not bucket:
        return None
    endpoint = env.str("S3_ENDPOINT_URL", default="") or None
    for name in ("S3_ENDPOINT_URL", "S3_PUBLIC_ENDPOINT_URL"):
        value = env.str(name, default="")
        if value and not value.startswith(("http://", "https://")):
            raise ImproperlyConfigured(f"{name} must begin with http:// or https://.")
    key, secret = (env.str(f"S3_{n}", default="") for n in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"))
    if bool(key) != bool(secret):
        raise ImproperlyConfigured(
            "Set both S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or neither (instance role)."
        )
    return S3(
        bucket=bucket,
        prefix=_prefix(env),
        endpoint_url=endpoint,
        public_endpoint_url=env.str("S3_PUBLIC_ENDPOINT_URL", default="") or endpoint,
        region=env.str("S3_REGION", default="us-east-1"),
        access_key_id=key or None,
        secret_access_key=secret or None,
    )


def _prefix(env: environ.Env) -> str:
    """What all keys in the bucket begin with, without a slash at either end; may be empty."""
    prefix = str(env.str("S3_PREFIX", default="")).strip("/")
    parts = prefix.split("/") if prefix else []
    if len(prefix) > 200 or any(
        part.strip(".") == "" or not re.fullmatch(r"[A-Za-z0-9._-]+", part) for part in parts
    ):
        raise ImproperlyConfigured(
            "S3_PREFIX must be folders such as team/vodloom, of letters, digits, dots, dashes and "
            "underscores."
        )
    return prefix


def _choice(env: environ.Env, name: str, allowed: tuple[Choice, ...]) -> Choice:
    value = env.str(name, default="") or allowed[0]
    for choice in allowed:
        if value == choice:
            return choice
    raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of {', '.join(allowed)}.")


def _choices(env: environ.Env, name: str, allowed: tuple[str, ...]) -> list[str]:
    values = [str(v).strip() for v in env.list(name, default=list(allowed)) if str(v).strip()]
    unknown = [v for v in values if v not in allowed]
    if unknown or not values:
        raise ImproperlyConfigured(f"{name} must be a comma list of {', '.join(allowed)}.")
    return values


def _folder(env: environ.Env, name: str, *, default: Path) -> Path:
    return Path(env.str(name, default="") or default).absolute()


def _positive(env: environ.Env, name: str, *, default: int) -> int:
    try:
        value = env.int(name, default=default)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number of bytes.") from error
    if value <= 0:
        raise ImproperlyConfigured(f"{name} must be above 0.")
    return int(value)


def _days(env: environ.Env, name: str, *, default: int) -> int:
    wrong = f"{name} must be a whole number of days, from 1 to 36500."
    try:
        value = env.int(name, default=default)
    except ValueError as error:
        raise ImproperlyConfigured(wrong) from error
    if not 1 <= value <= 36500:
        raise ImproperlyConfigured(wrong)
    return int(value)
