"""Each value is checked at start: what cannot work is told in a sentence, all of it at once."""

from pathlib import Path

import pytest

from config import env
from config.env.reader import SettingsWrong
from tests.settings_of_tests import GOOD_KEY, set_nothing

ROOT = Path(__file__).parents[1]

# A name, a value that cannot work, and what the sentence says.
WRONG = [
    ("SECRET_KEY", "", "SECRET_KEY is not set."),
    ("SECRET_KEY", "a", "too easy to guess"),
    ("SECRET_KEY", "a" * 50, "8 of them different"),
    ("SECRET_KEY", "only thirty-one characters long", "at least 32 characters"),
    ("VODLOOM_MONITORING_TOKEN", "watch", "VODLOOM_MONITORING_TOKEN is too easy"),
    ("VODLOOM_MONITORING_TOKEN", f"{GOOD_KEY} x", "ASCII without blanks"),
    ("SECRET_KEY_FALLBACKS", f"{GOOD_KEY},short", "SECRET_KEY_FALLBACKS is too easy"),
    ("USE_HTTPS", "ture", "USE_HTTPS is 'ture'; it must be true or false."),
    ("USE_HTTPS", "enabled", "must be true or false"),
    ("DEBUG", "maybe", "DEBUG is 'maybe'"),
    ("CORS_ALLOWED_ORIGINS", "example.org", "it takes origins, such as https://example.org"),
    ("CORS_ALLOWED_ORIGINS", "https://a.org/path", "it takes origins"),
    ("CORS_ALLOWED_ORIGINS", "null", "it takes origins"),
    ("CORS_ALLOWED_ORIGINS", "file://x", "it takes origins"),
    ("CORS_ALLOWED_ORIGINS", "*,https://a.org", "use * alone to allow every page"),
    ("VODLOOM_RATE_API", "fast", "a number and one of second, minute, hour, day"),
    ("VODLOOM_RATE_LOGIN", "0/minute", "such as 30/minute, or off"),
    ("VODLOOM_RATE_SIGNUP", "5/fortnight", "a number and one of"),
    ("VODLOOM_SIGNUP", "maybe", "must be one of closed, open, domains"),
    ("VODLOOM_SIGNUP", "friends", "must be one of closed, open, domains, invitation"),
    ("VODLOOM_TRUST_AFTER", "-1", "a whole number of approved videos"),
    ("VODLOOM_UPLOADERS", "nobody", "must be one of everybody, role"),
    ("VODLOOM_SIGNUP", "domains", "VODLOOM_SIGNUP_DOMAINS names none"),
    ("VODLOOM_SIGNUP_DOMAINS", "example.org", "counts only where VODLOOM_SIGNUP is domains"),
    ("VODLOOM_SIGNUP_DOMAINS", "@example.org", "the domain after the @ of addresses"),
    ("VODLOOM_SIGNUP_DOMAINS", "10.0.0.1", "has '10.0.0.1'"),
    ("VODLOOM_SIGNUP_DOMAINS", "org", "has 'org'"),
    ("VODLOOM_MODERATION", "some", "must be one of nobody, new, everybody"),
    ("VODLOOM_DEMO", "2", "VODLOOM_DEMO is '2'"),
    ("HSTS_SECONDS", "a year", "a whole number of seconds, from 0"),
    ("HSTS_PRELOAD", "perhaps", "HSTS_PRELOAD is 'perhaps'"),
    ("SESSION_DAYS", "0", "a whole number of days, from 1 to 3650"),
    ("VODLOOM_PLAYBACK_TOKEN_SECONDS", "1", "from 60 to 604800"),
    ("ALLOWED_HOSTS", "https://vod.test", "only host names, such as example.org"),
    ("ALLOWED_HOSTS", "example.org,ex ample.org", "has 'ex ample.org'"),
    ("CSRF_TRUSTED_ORIGINS", "vod.test", "it takes origins, such as https://example.org"),
    ("CSRF_TRUSTED_ORIGINS", "https://vod.test/accounts", "has 'https://vod.test/accounts'"),
    ("FORWARDED_ALLOW_IPS", "nginx", "it takes addresses and networks of proxies"),
    ("FORWARDED_ALLOW_IPS", "10.0.0.7/8", "has '10.0.0.7/8'"),
    ("FORWARDED_ALLOW_IPS", "*,10.0.0.7", "use * alone to allow everybody"),
    ("VODLOOM_GRACE_SECONDS", "-1", "a whole number of seconds, from 0 to 86400"),
    ("DATABASE_URL", "mysql://x/y", "must begin with one of postgres://"),
    ("DATABASE_URL", "postgres://u:p@ss@db/name", "write @ as %40"),
    ("DATABASE_URL", "postgres://u:w/rd@db/name", "write @ as %40"),
    ("DATABASE_URL", "postgres://u:w#rd@db/name", "# as %23"),
    ("DATABASE_URL", "postgres://u:w?rd@db/name", "? as %3F"),
    ("DATABASE_URL", "postgres://u:p@db:5432", "names no database"),
    ("DATABASE_URL", "postgres://u:p@db:port/name", "no number where its port should be"),
    ("DATABASE_URL", "postgres://u:p@db/name?sslmod=require", "PostgreSQL does not know"),
    ("DATABASE_URL", "postgres://u:p@db/name?sslrootcert=/no.pem", "sslrootcert=/no.pem, and no"),
    ("VODLOOM_DATABASE_CONNECTIONS", "3", "a whole number of connections, from 4 to 1000"),
    ("REDIS_URL", "localhost:6379", "must begin with one of redis://"),
    ("REDIS_URL", "redis://h:abc", "no number where its port should be"),
    ("REDIS_URL", "redis://h:6379/notadb", "the number of a database"),
    ("REDIS_URL", "redis://h:6379/0?nonsense=1", "Redis's client cannot use"),
    ("REDIS_URL", "rediss://h/0?ssl_ca_certs=/no.pem", "ssl_ca_certs=/no.pem, and no such file"),
    ("EMAIL_URL", "nonsense://x", "EMAIL_URL must begin with one of smtp://"),
    ("EMAIL_URL", "smtp+tls://user:p@ss@host:587", "write @ as %40"),
    ("EMAIL_URL", "smtp+tls://", "names no host"),
    ("S3_BUCKET", "Not_A_Bucket!", "3 to 63 small letters"),
    ("S3_ENDPOINT_URL", "minio:9000", "must begin with http:// or https:// and a host"),
    ("S3_ENDPOINT_URL", "http://minio:9000/bucket", "the bucket is S3_BUCKET"),
    ("S3_PUBLIC_ENDPOINT_URL", "https://", "S3_PUBLIC_ENDPOINT_URL is 'https://'"),
    ("S3_ACCESS_KEY_ID", "x", "S3_SECRET_ACCESS_KEY is missing"),
    ("S3_SECRET_ACCESS_KEY", "x", "S3_ACCESS_KEY_ID is missing"),
    ("S3_ADDRESSING", "host", "must be one of path, virtual, auto"),
    ("S3_CA_FILE", "/no.pem", "no such file can be read"),
    ("S3_PREFIX", "../up", "must be folders such as team/vodloom"),
    ("S3_PREFIX", "a//b", "must be folders"),
    ("S3_PREFIX", "a b", "must be folders"),
    ("S3_PREFIX", "a/./b", "must be folders"),
    ("S3_PREFIX", "*", "must be folders"),
    ("S3_PREFIX", "x" * 201, "must be folders"),
    ("VODLOOM_WORKER_QUEUES", "encode,nonsense", "names nonsense; it must be a comma list"),
    ("VODLOOM_SANDBOX", "maybe", "must be one of auto, off, required"),
    ("VODLOOM_FFMPEG", "/nonexistent", "no such program is found here"),
    ("VODLOOM_FFPROBE", "ffprobe-of-nobody", "no such program is found here"),
    ("VODLOOM_MAX_POST_BYTES", "much", "a whole number of bytes"),
    ("VODLOOM_MAX_POST_BYTES", "-1", "is '-1'"),
    ("VODLOOM_MAX_POST_BYTES", "1_000", "is '1_000'"),
    ("VODLOOM_MAX_POST_BYTES", "9" * 400, "from 1 to"),
    ("VODLOOM_FETCH_MAX_BYTES", "20G", "a whole number of bytes"),
    ("VODLOOM_FETCH_SECONDS", "5", "from 60 to"),
    ("VODLOOM_FETCH_PRIVATE", "10.0.0.1/8", "it takes networks"),
    ("VODLOOM_WEBHOOK_PRIVATE", "intranet", "it takes networks"),
    ("VODLOOM_SITE_HOSTS", "https://youtube.com", "it takes host names"),
    ("VODLOOM_SITE_HOSTS", "*", "it takes host names"),
    ("VODLOOM_SITE_URL", "vod.example.org", "the origin of this site"),
    ("VODLOOM_SITE_URL", "https://*.example.org", "the origin of this site"),
    ("VODLOOM_SITE_URL", "https://example.org/vod", "the origin of this site"),
    ("VODLOOM_YT_DLP", "yt-dlp", "write the whole path"),
    ("VODLOOM_SITE_COOKIES", "~/cookies.txt", "write the whole path"),
    ("VODLOOM_TRANSCRIBER", "whisper", "must be one of off, faster-whisper, whisper.cpp"),
    ("VODLOOM_TRANSCRIBER", "faster-whisper", "needs a model, and fetches none"),
    ("VODLOOM_TRANSCRIBER_MODEL", "small", "write the whole path"),
    ("VODLOOM_TRANSCRIBER_LANGUAGE", "german!", "it takes auto, or a language"),
    ("VODLOOM_TRANSCRIBER_VIDEOS", "some", "must be one of all, asked"),
    ("VODLOOM_TRANSCRIBER_SECONDS", "0", "from 60 to"),
    ("VODLOOM_MAX_GIGAPIXELS", "0", "from 1 to"),
    ("VODLOOM_DEFAULT_PLAN", "very free", "takes the name of a plan"),
    ("VODLOOM_DAILY_GIGAPIXELS", "-1", "a whole number of thousand million pixels"),
    ("VODLOOM_PICTURE_CACHE_BYTES", "-1", "a whole number of bytes"),
    ("VODLOOM_SOURCE_CACHE_BYTES", "20G", "a whole number of bytes"),
    ("VODLOOM_MIN_FREE_BYTES", "none", "a whole number of bytes"),
    ("VODLOOM_REPLICATE_SECRETS", "sEcReT", "is no signing secret"),
    ("VODLOOM_REPLICATE_SECRETS", "whsec_????", "is no signing secret"),
    ("VODLOOM_REPLICATE_TOKEN", "r8 x", "ASCII without blanks"),
    ("VODLOOM_KEEP_EVENTS_DAYS", "0", "from 1 to 36500"),
    ("VODLOOM_KEEP_JOBS_DAYS", "ever", "a whole number of days"),
    ("VODLOOM_KEEP_UPLOADS_DAYS", "99999", "from 1 to 36500"),
    ("VODLOOM_KEEP_AUDIT_DAYS", "0", "from 1 to 36500"),
    ("LOG_FORMAT", "xml", "must be one of auto, json, text"),
    ("LOG_LEVEL", "loud", "must be one of info, debug, warning, error"),
    ("ALLOWED_HOSTS", "example.org:8000", "without scheme and port"),
    ("ALLOWED_HOSTS", "::1", "has '::1'"),
    ("ALLOWED_HOSTS", "*.example.org", ".example.org for all of its subdomains"),
    ("ALLOWED_HOSTS", "exämple.org", "only host names"),
    ("ALLOWED_HOSTS", "[::1", "only host names"),
    ("ALLOWED_HOSTS", " , ,", "nothing between its commas"),
    ("FORWARDED_ALLOW_IPS", ",", "nothing between its commas"),
    ("VODLOOM_WORKER_QUEUES", ",,", "nothing between its commas"),
    ("CSRF_TRUSTED_ORIGINS", "http://[::1", "it takes origins"),
    ("CSRF_TRUSTED_ORIGINS", "https://vod.test:99999", "it takes origins"),
    ("CSRF_TRUSTED_ORIGINS", "https://u:p@vod.test", "it takes origins"),
    ("CSRF_TRUSTED_ORIGINS", "https://vod test", "it takes origins"),
    ("S3_ENDPOINT_URL", "http://[::1", "a bracket too many"),
    ("S3_ENDPOINT_URL", "http://minio:99999", "the number of a port"),
    ("S3_ENDPOINT_URL", "http://min io", "a host, and the number"),
    ("S3_ENDPOINT_URL", "https://*.example.org", "a host, and the number"),
    ("S3_ENDPOINT_URL", "https://key:word@minio", "it must hold no user"),
    ("S3_ENDPOINT_URL", "https://minio?x=1", "it must end with the host"),
    ("S3_REGION", "eu central", "a word such as us-east-1"),
    ("S3_BUCKET", "a..b", "3 to 63 small letters"),
    ("S3_BUCKET", "192.168.0.1", "3 to 63 small letters"),
    ("S3_CA_FILE", __file__, "that holds no certificates in PEM"),
    ("S3_CA_FILE", "/" + "x" * 300, "no such file can be read"),
    ("S3_CA_FILE", "/etc", "no such file can be read"),
    ("OLD_MEDIA", "/" + "x" * 300, "no such folder"),
    ("REDIS_URL", f"rediss://h/0?ssl_ca_certs={__file__}", "no certificates in PEM"),
    ("REDIS_URL", "redis://hunter2@h/0", "a name and no password"),
    ("REDIS_URL", "unix://", "names no socket"),
    ("DATABASE_URL", f"postgres://h/db?sslrootcert={__file__}", "no certificates in PEM"),
    ("DATABASE_URL", "postgres://h/db?sslmode=on", "must be one of disable, allow"),
    ("DATABASE_URL", "postgres://h/db?connect_timeout=5s", "must be a whole number"),
    ("DATABASE_URL", "sqlite:///", "names no file"),
    ("DATABASE_URL", "sqlite:///:memory:", "names no file"),
    ("DATABASE_URL", "sqlite:////srv/a#b/vod.sqlite3", "one of ? # %"),
    ("EMAIL_URL", "filemail://", "names no folder"),
    ("EMAIL_FROM", "nobody", "it must be an address"),
    ("EMAIL_FROM", "vod@example.org\nBcc: all@example.org", "invisible or ends a line (U+000A)"),
    ("LOG_LEVEL", "info\u200b", "invisible or ends a line (U+200B)"),
    ("SESSION_DAYS", "\uff11\uff14", "a whole number of days"),
    ("S3_REGION", "'us-east-1'", "is in quotes"),
    ("DATA", "~/vodloom", "~ is not expanded"),
    ("VODLOOM_SANBOX", "off", "no setting; did you mean VODLOOM_SANDBOX?"),
    ("VODLOOM_COLOUR", "red", "VODLOOM_COLOUR in the environment is the name of no setting."),
    ("ALLOWED_HOST", "example.org", "did you mean ALLOWED_HOSTS?"),
]


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_nothing(monkeypatch, tmp_path)


def faults() -> tuple[str, ...]:
    with pytest.raises(SettingsWrong) as raised:
        env.read()
    return raised.value.faults


@pytest.mark.parametrize(("name", "value", "said"), WRONG)
def test_a_wrong_value_is_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    [sentence] = faults()
    assert said in sentence
    assert sentence.endswith(".") or sentence.endswith("?")
    assert "\n" not in sentence
    secrets = ("PASS", "SECRET")
    assert not any(word in name for word in secrets) or not value or value not in sentence.split()


def test_all_that_is_wrong_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("USE_HTTPS", "ture"), ("LOG_FORMAT", "xml"), ("SESSION_DAYS", "-1")):
        monkeypatch.setenv(name, value)
    assert len(faults()) == 3


def test_no_password_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://u:hunter2@db:5432/name")
    monkeypatch.setenv("REDIS_URL", "redis://:hunter2@h:6379/0")
    monkeypatch.setenv("EMAIL_URL", "smtp+tls://user:hunter2@host:587")
    monkeypatch.setenv("S3_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("S3_SECRET_ACCESS_KEY", "hunter2")
    told = {setting.name: setting.value for setting in env.read().settings}
    assert not [value for value in told.values() if "hunter2" in value or GOOD_KEY in value]
    assert told["DATABASE_URL"] == "postgres://u:(hidden)@db:5432/name"


@pytest.mark.parametrize(
    "name",
    ["ALLOWED_HOSTS", "DEBUG", "S3_ENDPOINT_URL", "S3_BUCKET", "S3_CA_FILE", "DATABASE_URL",
     "REDIS_URL", "EMAIL_URL", "EMAIL_FROM", "VODLOOM_WORKER_QUEUES", "FORWARDED_ALLOW_IPS"],
)  # fmt: skip
@pytest.mark.parametrize(
    "value",
    [
        "postgres://u:hunter2@host:99999/db",
        "postgres://u:a@b/hunter2?c#d@host/db",
        "'rediss://:hunter2@host'",
        "redis://hunter2@host",
        "https://key:hunter2@host",
        "postgres://host/db?password=hunter2&sslmode=on",
    ],
)
def test_a_password_in_the_wrong_place_is_not_told(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert "hunter2" not in " ".join(faults())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REDIS_URL", "redis://h/0?password=hunter2%2Fhunter2"),
        ("REDIS_URL", "redis://:hun:hunter2@h/0"),
        ("DATABASE_URL", "postgres://u@h/db?password=hunter2"),
    ],
)
def test_a_password_anywhere_in_an_address_is_known_as_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    found = env.read()
    assert [one for one in found.secrets if "hunter2" in one]
    assert "hunter2" not in str([setting.value for setting in found.settings])


def test_the_secret_of_the_bucket_moved_from_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("BUCKET", "one"), ("ACCESS_KEY_ID", "id"), ("SECRET_ACCESS_KEY", "old")):
        monkeypatch.setenv(f"OLD_S3_{name}", "old-" + value)
    assert "old-old" in env.read().secrets


def test_hosts_and_origins_are_taken_as_browsers_write_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "Example.ORG., .b.test,[::1],*")
    origins = "HTTPS://Example.org:443/, http://[::1]:8000, https://*.b.test"
    monkeypatch.setenv("CSRF_TRUSTED_ORIGINS", origins)
    monkeypatch.setenv("S3_ENDPOINT_URL", "https://my_minio:9000/")
    found = env.read()
    assert found.allowed_hosts == ["example.org", ".b.test", "[::1]", "*"]
    assert found.csrf_trusted_origins == [
        "https://example.org", "http://[::1]:8000", "https://*.b.test"
    ]  # fmt: skip
    monkeypatch.setenv("S3_BUCKET", "bucket")
    bucket = env.read().s3
    assert bucket and bucket.endpoint_url == "https://my_minio:9000"


def test_a_password_with_escapes_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p%40s%2Fs%23@db/name")
    assert env.read().database["PASSWORD"] == "p@s/s#"


def test_smtps_is_tls_from_the_first_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", "smtps://user:word@host:465")
    told = env.read().email
    assert (told["EMAIL_USE_SSL"], told.get("EMAIL_USE_TLS", False)) == (True, False)


def test_empty_stands_for_the_default_whatever_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = env.read()
    for setting in defaults.settings:
        if setting.name not in ("SECRET_KEY", "DATA"):
            monkeypatch.setenv(setting.name, " ")
    assert env.read() == defaults


def test_the_data_folders_file_is_read_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "vodloom.env").write_text("LOG_FORMAT=json\nLOG_LEVEL='debug'\n# DEBUG=true\n")
    monkeypatch.setenv("LOG_LEVEL", "error")
    found = env.read()
    assert (found.log_format, found.log_level, found.debug) == ("json", "error", False)
    origins = {setting.name: setting.origin for setting in found.settings}
    assert origins["LOG_FORMAT"] == "vodloom.env"
    assert origins["LOG_LEVEL"] == "environment"
    assert origins["DEBUG"] == "default"


def test_every_name_in_the_file_must_be_a_setting(tmp_path: Path) -> None:
    (tmp_path / "vodloom.env").write_text("ALOWED_HOSTS=example.org\n")
    assert faults() == (
        "ALOWED_HOSTS in vodloom.env is the name of no setting; did you mean ALLOWED_HOSTS?",
    )


def test_a_file_written_elsewhere_is_read(tmp_path: Path) -> None:
    written = '\ufeffLOG_FORMAT=json\r\n  \r\n  # so\r\nexport LOG_LEVEL = "debug"\r\nDATA=var\r\n'
    (tmp_path / "vodloom.env").write_bytes(written.encode())
    found = env.read()
    assert (found.log_format, found.log_level, found.data_dir) == ("json", "debug", tmp_path)
    told = {setting.name: setting.value for setting in found.settings}
    assert told["DATA"] == str(tmp_path)


def test_a_line_of_the_file_that_sets_nothing_is_told_and_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "vodloom.env"
    file.write_text("LOG_LEVEL=debug\nhunter2\nDEBUG: true\nLOG_LEVEL=info\nLOG_LEVEL=debug\n")
    told = faults()
    assert [f"line {number}" in sentence for number, sentence in zip((2, 3, 4), told, strict=True)]
    assert "hunter2" not in str(told)
    assert "LOG_LEVEL stands in vodloom.env again" in told[2]


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "vodloom.env").write_bytes(b"\xff\xfe\x00")
    [sentence] = faults()
    assert "vodloom.env cannot be read" in sentence
