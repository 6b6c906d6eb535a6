"""Each way in which the database can be wrong is told in its own sentence, by real servers."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import environ
import psycopg
import pytest
from django.db.utils import ConnectionHandler

from processing.health import database
from processing.health.catalogue import database as kinds
from processing.health.finding import CheckResult, Kind
from tests.servers.certificates import Certificates, made_in
from tests.servers.postgres import Postgres, running_postgres
from tests.servers.process import free_port
from tests.servers.stubs import port_that_says, silent_port

pytestmark = pytest.mark.django_db

SECRET = "hunter2-the-secret"
_HBA = """\
host     all   postgres  127.0.0.1/32  trust
host     all   shut      127.0.0.1/32  reject
hostssl  all   secure    127.0.0.1/32  scram-sha-256
host     all   ghost     127.0.0.1/32  trust
host     all   vodloom   127.0.0.1/32  scram-sha-256
host     all   reader    127.0.0.1/32  scram-sha-256
host     all   full_up   127.0.0.1/32  scram-sha-256
"""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return made_in(tmp_path_factory.mktemp("authority"), ["localhost"])


@pytest.fixture(scope="module")
def strict(certificates: Certificates) -> Iterator[Postgres]:
    """One with TLS and passwords, where not everybody may come in by every way."""
    files = {
        "pg_hba.conf": _HBA,
        "server.crt": certificates.certificate.read_text(),
        "server.key": certificates.key.read_text(),
    }
    with running_postgres(extra=["ssl=on"], files=files) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            for role in ("vodloom", "secure", "shut"):
                connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{SECRET}'")
            connection.execute(f"CREATE ROLE full_up LOGIN CONNECTION LIMIT 0 PASSWORD '{SECRET}'")
            connection.execute(f"CREATE ROLE reader LOGIN PASSWORD '{SECRET}'")
            connection.execute("ALTER ROLE reader SET default_transaction_read_only = on")
            connection.execute(
                "CREATE DATABASE old_letters ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'"
            )
            connection.execute("CREATE DATABASE theirs")
        with psycopg.connect(server.url("theirs"), autocommit=True) as connection:
            connection.execute("CREATE TABLE films (id int)")
        yield server


class Doctor:
    """Looks at the database that an address names."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def found_at(self, url: str) -> list[CheckResult]:
        handler = ConnectionHandler({"default": dict(environ.Env.db_url_config(url))})
        self._monkeypatch.setattr(database, "connection", handler["default"])
        try:
            return database.database()
        finally:
            handler.close_all()

    def is_told(self, url: str, kind: Kind, **values: object) -> None:
        """This is found there, in the sentence of the catalogue, without a secret."""
        found = self.found_at(url)
        assert kind.at("Database", **values) in found
        assert SECRET not in str(found)


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch) -> Doctor:
    return Doctor(monkeypatch)


def at(server: Postgres, user: str, *, host: str = "127.0.0.1", name: str = "postgres") -> str:
    return f"postgres://{user}:{SECRET}@{host}:{server.port}/{name}"


def where(port: int, host: str = "127.0.0.1") -> str:
    return f"{host}, port {port}"


def test_a_name_that_nobody_knows(doctor: Doctor) -> None:
    url = f"postgres://u:{SECRET}@nowhere.invalid/x"
    doctor.is_told(url, kinds.UNKNOWN_HOST, host="nowhere.invalid")


def test_nothing_listens(doctor: Doctor) -> None:
    port = free_port()
    doctor.is_told(f"postgres://u@127.0.0.1:{port}/x", kinds.REFUSED, where=where(port))


def test_nothing_answers(doctor: Doctor) -> None:
    with silent_port() as port:
        begun = time.monotonic()
        doctor.is_told(f"postgres://u@127.0.0.1:{port}/x", kinds.SILENT, where=where(port))
        assert time.monotonic() - begun < 30


def test_something_else_answers(doctor: Doctor) -> None:
    with port_that_says(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        doctor.is_told(f"postgres://u@127.0.0.1:{port}/x", kinds.NO_POSTGRES, where=where(port))


def test_a_wrong_password(doctor: Doctor, strict: Postgres) -> None:
    url = f"postgres://vodloom:wrong@127.0.0.1:{strict.port}/postgres"
    doctor.is_told(url, kinds.WRONG_PASSWORD, user="vodloom")


def test_no_password(doctor: Doctor, strict: Postgres) -> None:
    url = f"postgres://vodloom@127.0.0.1:{strict.port}/postgres"
    doctor.is_told(url, kinds.NO_PASSWORD, user="vodloom")


def test_a_role_that_is_not_there(doctor: Doctor, strict: Postgres) -> None:
    doctor.is_told(at(strict, "ghost"), kinds.NO_SUCH_ROLE, user="ghost")


def test_a_database_that_is_not_there(doctor: Doctor, strict: Postgres) -> None:
    url = at(strict, "vodloom", name="nonesuch")
    doctor.is_told(url, kinds.NO_SUCH_DATABASE, database="nonesuch")


def test_nobody_is_admitted(doctor: Doctor, strict: Postgres) -> None:
    url = at(strict, "shut")
    doctor.is_told(url, kinds.NOT_ADMITTED, user="shut", database="postgres")


def test_tls_is_wanted(doctor: Doctor, strict: Postgres) -> None:
    doctor.is_told(at(strict, "secure") + "?sslmode=disable", kinds.WANTS_TLS)


def test_tls_is_not_there(doctor: Doctor, postgres: Postgres) -> None:
    doctor.is_told(postgres.url() + "?sslmode=require", kinds.NO_TLS)


def test_an_authority_nobody_knows(doctor: Doctor, strict: Postgres, tmp_path: Path) -> None:
    other = made_in(tmp_path).authority
    url = at(strict, "vodloom", host="localhost") + f"?sslmode=verify-full&sslrootcert={other}"
    doctor.is_told(url, kinds.UNKNOWN_CA)


def test_a_certificate_for_another_name(
    doctor: Doctor, strict: Postgres, certificates: Certificates
) -> None:
    authority = certificates.authority
    url = at(strict, "vodloom") + f"?sslmode=verify-full&sslrootcert={authority}"
    doctor.is_told(url, kinds.WRONG_NAME, host="127.0.0.1")


def test_no_connection_left(doctor: Doctor, strict: Postgres) -> None:
    doctor.is_told(at(strict, "full_up"), kinds.FULL)


def test_few_connections_left(doctor: Doctor) -> None:
    with running_postgres(extra=["max_connections=20"]) as server:
        doctor.is_told(server.url(), kinds.FEW_LEFT, limit=17, used=1)


def test_one_that_takes_no_changes(doctor: Doctor, strict: Postgres) -> None:
    doctor.is_told(at(strict, "reader"), kinds.READ_ONLY)


def test_letters_it_cannot_keep(doctor: Doctor, strict: Postgres) -> None:
    url = at(strict, "vodloom", name="old_letters")
    doctor.is_told(url, kinds.NOT_UTF8, encoding="SQL_ASCII")


def test_tables_of_somebody_else(doctor: Doctor, strict: Postgres) -> None:
    url = at(strict, "vodloom", name="theirs")
    doctor.is_told(url, kinds.NOT_ALLOWED, table="films", user="vodloom")


def test_one_that_is_too_old(
    doctor: Doctor, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_OLDEST", 99)
    [finding] = [one for one in doctor.found_at(postgres.url()) if one.code == kinds.TOO_OLD.code]
    assert finding.detail.startswith("This is PostgreSQL 1")


def test_nothing_was_migrated(doctor: Doctor, postgres: Postgres) -> None:
    [finding] = doctor.found_at(postgres.create_database())
    assert finding.code == kinds.BEHIND.code
    assert "migrations were not applied: contenttypes.0001_initial" in finding.detail


def test_it_was_migrated_by_a_later_version(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.create(app="videos", name="9999_of_tomorrow")
    assert kinds.AHEAD.at("Database", first="videos.9999_of_tomorrow") in database._tables()


@pytest.mark.parametrize(
    ("ahead", "kind", "direction"),
    [(5.2, kinds.CLOCKS_SLIGHTLY, "ahead of"), (-100.0, kinds.CLOCKS, "behind")],
)
def test_clocks_that_differ(
    doctor: Doctor,
    postgres: Postgres,
    monkeypatch: pytest.MonkeyPatch,
    ahead: float,
    kind: Kind,
    direction: str,
) -> None:
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + ahead)
    doctor.is_told(postgres.url(), kind, seconds=round(abs(ahead)), direction=direction)


def test_one_that_is_well_is_told_so(db: None) -> None:
    assert [finding.ok for finding in database.database()] == [True]


def test_a_file_that_is_no_database(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "v.sqlite3").write_bytes(b"This is a text, and a long one at that." * 100)
    doctor.is_told(f"sqlite:///{tmp_path}/v.sqlite3", kinds.DAMAGED, file="v.sqlite3")


def test_a_file_in_no_folder(doctor: Doctor, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/none/v.sqlite3"
    doctor.is_told(url, kinds.NO_FILE, file="v.sqlite3", error="unable to open database file")


def test_a_file_somebody_holds(
    doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_SECONDS", 0.1)
    with sqlite3.connect(tmp_path / "v.sqlite3", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        doctor.is_told(f"sqlite:///{tmp_path}/v.sqlite3", kinds.LOCKED, file="v.sqlite3")
    other.close()
