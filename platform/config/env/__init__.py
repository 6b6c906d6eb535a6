"""The only package that reads the environment.

Values come from the process environment, then from ``vodloom.env`` in the data folder
(written by ``make run``), then from the defaults here. ``.env.example`` lists every name.
Values that cannot work raise ``SettingsWrong`` with a sentence for each.
"""

import os
import re
import socket
import sys
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Literal, cast

from config.env.bucket import S3, bucket, moved_from
from config.env.doors import Signup, signup
from config.env.fetching import Fetching, fetching
from config.env.file import values_in
from config.env.generators import Generators, generators
from config.env.hosts import is_host, origin
from config.env.reader import FILE, Reader, Setting, SettingsWrong
from config.env.servers import database, email, passwords_in, redis_url
from config.env.shown import quoted
from config.env.sites import Sites, sites
from config.env.speech import Speech, speech
from config.env.web import Web, web

__all__ = [
    "BASE_DIR",
    "QUEUES",
    "S3",
    "Environment",
    "Setting",
    "SettingsWrong",
    "log_format",
    "read",
]

BASE_DIR = Path(__file__).resolve().parents[3]
QUEUES = ("ingest", "encode", "media", "speech", "notify", "default")

_OWN_HOSTS = ("localhost", "127.0.0.1", "[::1]")
_KEY_LENGTH, _KEY_CHARACTERS = 32, 8
_GIB = 1024**3
_YEAR_SECONDS = 365 * 24 * 3600
_LONGEST_HISTORY_DAYS = 36500
_PLAN = re.compile(r"[A-Za-z0-9_-]{1,40}")
# Names that other programs read: the supervisor, the server, `make` and the tests; and compose,
# since .env.example lists its names too and vodloom.env may be a copy of that.
_OF_OTHERS = (
    *("VODLOOM_RUN", "VODLOOM_CORPUS", "VODLOOM_ROOT", "HOST", "PORT"),
    *("POSTGRES_PASSWORD", "REDIS_PASSWORD", "LIGHT_MEMORY", "ENCODE_MEMORY", "LOCK"),
)


@dataclass(frozen=True)
class Environment:
    """Everything the operator can set, read once and checked."""

    data_dir: Path
    secret_key: str
    secret_key_fallbacks: list[str]
    debug: bool
    allowed_hosts: list[str]
    csrf_trusted_origins: list[str]
    site_url: str
    web: Web
    use_https: bool
    hsts_seconds: int
    hsts_subdomains: bool
    hsts_preload: bool
    session_days: int
    playback_token_seconds: int
    database: dict[str, object]
    database_connections: int
    redis_url: str
    email: dict[str, object]
    email_from: str
    signup: Signup
    staff_mfa: Literal["optional", "required"]
    moderation: Literal["nobody", "new", "everybody"]
    trust_after: int
    uploaders: Literal["everybody", "role"]
    generators: Generators
    s3: S3 | None
    old_s3: S3 | None
    old_media: Path | None
    worker_name: str
    monitoring_token: str
    worker_queues: list[str]
    ffmpeg: str
    ffprobe: str
    sandbox: Literal["auto", "off", "required"]
    max_post_bytes: int
    max_upload_bytes: int
    max_image_bytes: int
    fetching: Fetching
    sites: Sites
    speech: Speech
    max_gigapixels: int
    daily_gigapixels: int
    default_plan: str
    source_cache_bytes: int
    picture_cache_bytes: int
    min_free_bytes: int
    static_root: Path
    keep_events_days: int
    keep_jobs_days: int
    keep_uploads_days: int
    keep_audit_days: int
    log_format: Literal["json", "text"]
    log_level: Literal["info", "debug", "warning", "error"]
    demo: bool
    """Whether `make run` creates a demo user. False outside `make run`, whatever is set."""
    settings: tuple[Setting, ...]

    @property
    def secrets(self) -> list[str]:
        """The values that must be hidden wherever they appear."""
        buckets = [one.secret_access_key for one in (self.s3, self.old_s3) if one]
        passwords = [self.database.get("PASSWORD"), self.email.get("EMAIL_HOST_PASSWORD")]
        options = cast("dict[str, object]", self.database.get("OPTIONS", {}))
        passwords += [options.get(name) for name in ("password", "sslpassword")]
        keys = [self.secret_key, *self.secret_key_fallbacks, self.monitoring_token]
        others = [*passwords_in(self.redis_url), *self.generators.replicate_secrets]
        others.append(self.generators.replicate_token)
        return [str(one) for one in (*keys, *passwords, *buckets, *others) if one]


def log_format() -> Literal["json", "text"]:
    """Return the log format of this process; works before the other settings are read."""
    try:
        reader, _ = _reader()
    except SettingsWrong:
        reader = Reader(dict(os.environ), {})
    return _log_format(reader)


def _log_format(reader: Reader) -> Literal["json", "text"]:
    """Return the chosen format; ``auto`` means text at a terminal and JSON elsewhere."""
    chosen: Literal["auto", "json", "text"] = reader.choice("LOG_FORMAT", ("auto", "json", "text"))
    if chosen == "auto":
        return "text" if sys.stderr is not None and sys.stderr.isatty() else "json"
    return chosen


def read() -> Environment:
    """Read and check the environment; raise ``SettingsWrong`` with all faults at once."""
    reader, data_dir = _reader()
    s3 = bucket(reader)
    old_s3, old_media = moved_from(reader, data_dir, s3)
    values = Environment(
        data_dir=data_dir,
        secret_key=_secret_key(reader),
        secret_key_fallbacks=_secret_key_fallbacks(reader),
        debug=reader.boolean("DEBUG", default=False),
        allowed_hosts=_hosts(reader),
        csrf_trusted_origins=_origins(reader),
        site_url=_site_url(reader),
        web=web(reader),
        use_https=reader.boolean("USE_HTTPS", default=True),
        hsts_seconds=reader.number(
            "HSTS_SECONDS", default=_YEAR_SECONDS, unit="seconds", least=0, most=2 * _YEAR_SECONDS
        ),
        hsts_subdomains=reader.boolean("HSTS_SUBDOMAINS", default=True),
        hsts_preload=reader.boolean("HSTS_PRELOAD", default=True),
        session_days=reader.number("SESSION_DAYS", default=14, unit="days", most=3650),
        playback_token_seconds=reader.number(
            "VODLOOM_PLAYBACK_TOKEN_SECONDS", default=3600, unit="seconds", least=60, most=7 * 86400
        ),
        database=database(reader, data_dir),
        database_connections=reader.number(
            "VODLOOM_DATABASE_CONNECTIONS", default=10, unit="connections", least=4, most=1000
        ),
        redis_url=redis_url(reader),
        email=email(reader),
        email_from=_sender(reader),
        signup=signup(reader),
        staff_mfa=reader.choice("VODLOOM_STAFF_MFA", ("optional", "required")),
        moderation=reader.choice("VODLOOM_MODERATION", ("nobody", "new", "everybody")),
        trust_after=reader.number(
            "VODLOOM_TRUST_AFTER", default=1, unit="approved videos", least=0, most=1000
        ),
        uploaders=reader.choice("VODLOOM_UPLOADERS", ("everybody", "role")),
        generators=generators(reader),
        s3=s3,
        old_s3=old_s3,
        old_media=old_media,
        worker_name=reader.text("VODLOOM_WORKER_NAME") or f"{socket.gethostname()}-{os.getpid()}",
        monitoring_token=_monitoring_token(reader),
        worker_queues=reader.choices("VODLOOM_WORKER_QUEUES", QUEUES),
        ffmpeg=reader.program("VODLOOM_FFMPEG", "ffmpeg"),
        ffprobe=reader.program("VODLOOM_FFPROBE", "ffprobe"),
        sandbox=reader.choice("VODLOOM_SANDBOX", ("auto", "off", "required")),
        max_upload_bytes=_bytes(reader, "VODLOOM_MAX_UPLOAD_BYTES", default=100 * _GIB),
        max_post_bytes=_bytes(reader, "VODLOOM_MAX_POST_BYTES", default=2 * _GIB),
        max_image_bytes=_bytes(reader, "VODLOOM_MAX_IMAGE_BYTES", default=50 * 1024**2),
        fetching=fetching(reader),
        sites=sites(reader),
        speech=speech(reader),
        max_gigapixels=reader.number(
            "VODLOOM_MAX_GIGAPIXELS", default=11_000, unit="thousand million pixels", most=10**9
        ),
        daily_gigapixels=reader.number(
            "VODLOOM_DAILY_GIGAPIXELS", default=1_100, unit="thousand million pixels", most=10**9
        ),
        default_plan=_plan(reader),
        source_cache_bytes=_bytes(reader, "VODLOOM_SOURCE_CACHE_BYTES", default=20 * _GIB),
        picture_cache_bytes=_bytes(reader, "VODLOOM_PICTURE_CACHE_BYTES", default=_GIB),
        min_free_bytes=_bytes(reader, "VODLOOM_MIN_FREE_BYTES", default=_GIB),
        static_root=reader.folder("VODLOOM_STATIC_ROOT", data_dir / "static"),
        keep_events_days=_days(reader, "VODLOOM_KEEP_EVENTS_DAYS"),
        keep_jobs_days=_days(reader, "VODLOOM_KEEP_JOBS_DAYS"),
        keep_uploads_days=_days(reader, "VODLOOM_KEEP_UPLOADS_DAYS"),
        keep_audit_days=_days(reader, "VODLOOM_KEEP_AUDIT_DAYS", default=365),
        log_format=_log_format(reader),
        log_level=reader.choice("LOG_LEVEL", ("info", "debug", "warning", "error")),
        demo=reader.boolean("VODLOOM_DEMO", default=False) and _is_make_run(),
        settings=tuple(reader.settings.values()),
    )
    reader.name_unknown(_OF_OTHERS)
    if reader.faults:
        raise SettingsWrong(reader.faults)
    return values


def _reader() -> tuple[Reader, Path]:
    """Return a reader of the environment and of the data folder's file, and that folder."""
    process = dict(os.environ)
    data_dir = Reader(process, {}).folder("DATA", BASE_DIR / "var")
    values: dict[str, str] = {}
    faults: list[str] = []
    try:
        if (data_dir / FILE).is_file():
            values, faults = values_in(data_dir / FILE)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
        fault = f"DATA is {quoted(str(data_dir))}; its {FILE} cannot be read: {reason}."
        raise SettingsWrong([fault]) from error
    # The file cannot set its own location.
    values.pop("DATA", None)
    reader = Reader(process, values)
    reader.folder("DATA", BASE_DIR / "var")
    reader.faults += faults
    return reader, data_dir


def _is_make_run() -> bool:
    return bool(os.environ.get("VODLOOM_RUN"))


def _secret_key(reader: Reader) -> str:
    name = "SECRET_KEY"
    key = reader.text(name, secret=True)
    if not key:
        reader.fault(
            name,
            "is not set. Set it to at least 50 random characters, or start once with `make run`, "
            "which writes one to vodloom.env in the data folder; if that was given DATA, set the "
            "same DATA here.",
        )
    else:
        _require_hard_to_guess(reader, name, key)
    return key


def _secret_key_fallbacks(reader: Reader) -> list[str]:
    keys = reader.words("SECRET_KEY_FALLBACKS", secret=True)
    for key in keys:
        _require_hard_to_guess(reader, "SECRET_KEY_FALLBACKS", key)
    return keys


def _require_hard_to_guess(reader: Reader, name: str, key: str) -> None:
    """Report a key that is easy to guess: it signs sessions and addresses, or gives access to what
    strangers must not see."""
    if len(key) < _KEY_LENGTH or len(set(key)) < _KEY_CHARACTERS:
        reader.fault(
            name,
            f"is too easy to guess: use at least {_KEY_LENGTH} characters, {_KEY_CHARACTERS} of "
            "them different, as `openssl rand -base64 48` prints them.",
        )


def _monitoring_token(reader: Reader) -> str:
    """Return the token that gives access to the health of the whole installation; if it is empty,
    only staff have access."""
    name = "VODLOOM_MONITORING_TOKEN"
    token = reader.text(name, secret=True)
    if token and (not token.isascii() or " " in token):
        reader.fault(name, "must be ASCII without blanks, to be sent in a header.")
    elif token:
        _require_hard_to_guess(reader, name, token)
    return token


def _hosts(reader: Reader) -> list[str]:
    name = "ALLOWED_HOSTS"
    hosts = [host.lower().rstrip(".") for host in reader.words(name, _OWN_HOSTS)]
    for host in hosts:
        if host != "*" and not is_host(host.removeprefix(".")):
            reader.fault(
                name,
                f"has {quoted(host)}; it takes only host names, such as example.org, .example.org "
                "for all of its subdomains, or [::1], without scheme and port.",
            )
    return hosts


def _origins(reader: Reader) -> list[str]:
    name = "CSRF_TRUSTED_ORIGINS"
    origins: list[str] = []
    for word in reader.words(name):
        found = origin(word)
        if found is None:
            must = f"has {quoted(word)}; it takes origins, such as https://example.org."
            reader.fault(name, must)
        else:
            origins.append(found)
    return origins


def _site_url(reader: Reader) -> str:
    name = "VODLOOM_SITE_URL"
    text = reader.text(name)
    found = origin(text) if text else ""
    if found is None or "*" in found:
        must = (
            f"is {quoted(text)}; it must be the origin of this site, such as https://example.org."
        )
        reader.fault(name, must)
    return found or ""


def _sender(reader: Reader) -> str:
    name = "EMAIL_FROM"
    sender = reader.text(name, "Vodloom <no-reply@localhost>")
    # It takes a single address, since a mail has one sender.
    if "@" not in parseaddr(sender)[1].strip("@") or "://" in sender:
        reader.fault(
            name, f"is {quoted(sender)}; it must be an address, such as Vodloom <vod@example.org>."
        )
    return sender


def _bytes(reader: Reader, name: str, *, default: int) -> int:
    return reader.number(name, default=default, unit="bytes", most=2**60)


def _days(reader: Reader, name: str, *, default: int = 30) -> int:
    return reader.number(name, default=default, unit="days", most=_LONGEST_HISTORY_DAYS)


def _plan(reader: Reader) -> str:
    """Return the name of the plan of new users; whether there is one of that name, the database
    knows."""
    name = reader.text("VODLOOM_DEFAULT_PLAN", "free")
    if not _PLAN.fullmatch(name):
        reader.fault("VODLOOM_DEFAULT_PLAN", "takes the name of a plan, such as free.")
    return name
