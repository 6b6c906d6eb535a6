"""Each way in which mail can be wrong is told in its own sentence, by servers that speak SMTP."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.test.utils import override_settings

from processing.health import mail
from processing.health.catalogue import mail as kinds
from processing.health.finding import CheckResult
from tests.servers.certificates import Certificates, made_in
from tests.servers.process import free_port
from tests.servers.stubs import silent_port

SMTP = "config.smtp.EmailBackend"
SECRET = "hunter2-the-secret"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return made_in(tmp_path_factory.mktemp("authority"), ["localhost"])


@contextmanager
def smtp(
    *offers: str,
    certificates: Certificates | None = None,
    implicit: bool = False,
    refuses: Sequence[str] = (),
) -> Iterator[tuple[int, list[str]]]:
    """A port that speaks some SMTP, and what was said to it."""
    heard: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            if implicit:
                self._secure()
            self._say("220 here")
            while line := self.rfile.readline().decode().strip():
                heard.append(line)
                self._answer(line.split()[0].upper())

        def _answer(self, command: str) -> None:
            if command in refuses:
                self._say("535 5.7.8 no" if command == "AUTH" else "550 5.1.0 no")
            elif command == "EHLO":
                self._say(
                    "\r\n".join(["250-here", *(f"250-{offer}" for offer in offers), "250 SIZE"])
                )
            elif command == "DATA":
                self._say("354 go on")
                while (line := self.rfile.readline().decode().strip()) != ".":
                    heard.append(line)
                self._say("250 taken")
            elif command == "STARTTLS":
                self._say("220 go on")
                self._secure()
            else:
                self._say("235 in" if command == "AUTH" else "250 well")

        def _secure(self) -> None:
            assert certificates is not None
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificates.certificate, certificates.key)
            self.connection = context.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")

        def _say(self, text: str) -> None:
            self.connection.sendall(f"{text}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A handshake that came to nothing is what is tried here."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1], heard
        finally:
            server.shutdown()
            thread.join()


def found_at(port: int, host: str = "localhost", **other: Any) -> list[CheckResult]:
    check = mail.sending_to(other.pop("to")) if "to" in other else mail.mail
    given = {"EMAIL_BACKEND": SMTP, "EMAIL_HOST": host, "EMAIL_PORT": port}
    given |= {"DEFAULT_FROM_EMAIL": "films@example.org", **other}
    with override_settings(**given):
        found = check()
    assert SECRET not in str(found)
    return found


LOGIN = {"EMAIL_HOST_USER": "films", "EMAIL_HOST_PASSWORD": SECRET}
TLS: dict[str, Any] = {"EMAIL_USE_TLS": True}
SSL: dict[str, Any] = {"EMAIL_USE_SSL": True}


def where(port: int) -> str:
    return f"localhost, port {port}"


def test_a_server_that_takes_our_log_in_is_well_and_gets_no_message() -> None:
    with smtp("AUTH PLAIN") as (port, heard):
        [finding] = found_at(port, **LOGIN)
    assert finding.ok
    assert not any(line.startswith("MAIL") for line in heard)


def test_a_message_is_sent_when_asked_for() -> None:
    with smtp() as (port, heard):
        [finding] = found_at(port, to="me@example.org")
    assert finding.ok
    assert "rcpt TO:<me@example.org>" in heard
    assert "Subject: Vodloom: mail works" in heard


def test_a_sender_that_is_refused() -> None:
    with smtp(refuses=["MAIL"]) as (port, _):
        [finding] = found_at(port, to="me@example.org")
    assert finding.code == kinds.NOT_SENT.code


def test_a_name_that_nobody_knows() -> None:
    told = found_at(25, "nowhere.invalid")
    assert told == [kinds.UNKNOWN_HOST.at("Mail", host="nowhere.invalid")]


def test_nothing_listens() -> None:
    port = free_port()
    assert found_at(port) == [kinds.REFUSED.at("Mail", where=where(port))]


def test_nothing_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "_SECONDS", 0.5)
    with silent_port() as port:
        assert found_at(port) == [kinds.SILENT.at("Mail", where=where(port))]


def test_a_wrong_password() -> None:
    with smtp("AUTH PLAIN", refuses=["AUTH"]) as (port, _):
        assert found_at(port, **LOGIN) == [kinds.WRONG_PASSWORD.at("Mail")]


def test_no_log_in_is_taken() -> None:
    with smtp() as (port, _):
        assert found_at(port, **LOGIN) == [kinds.NO_LOGIN.at("Mail", where=where(port))]


def test_starttls_is_not_there() -> None:
    with smtp() as (port, _):
        assert found_at(port, **TLS) == [kinds.NO_STARTTLS.at("Mail", where=where(port))]


def test_tls_from_the_first_byte_is_not_there() -> None:
    with smtp() as (port, _):
        assert found_at(port, **SSL) == [kinds.NO_TLS.at("Mail", where=where(port))]


@pytest.mark.parametrize("how", [TLS, SSL])
def test_a_certificate_nobody_trusts(certificates: Certificates, how: dict[str, Any]) -> None:
    with smtp("STARTTLS", certificates=certificates, implicit=how is SSL) as (port, _):
        [finding] = found_at(port, **how)
    assert finding.code == kinds.CERTIFICATE.code
    assert "signed by nobody this machine trusts" in finding.detail


def test_a_sender_that_nobody_set() -> None:
    with smtp() as (port, _):
        told = found_at(port, DEFAULT_FROM_EMAIL="Vodloom <no-reply@localhost>")
    assert told == [kinds.SENDER.at("Mail", sender="no-reply@localhost")]


def test_mail_that_goes_to_the_log_is_a_warning_where_others_come() -> None:
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.console.EmailBackend"):
        with override_settings(ALLOWED_HOSTS=["localhost"]):
            assert mail.mail() == []
        with override_settings(ALLOWED_HOSTS=["vod.example.org"]):
            assert mail.mail() == [kinds.TO_LOG.at("Mail")]
    assert settings.EMAIL_TIMEOUT


@pytest.mark.parametrize(("is_open", "backend", "told"), [
    (True, "config.mail.NoServer", ["mail_needed_to_sign_up"]),
    (False, "config.mail.NoServer", []),
    (True, "django.core.mail.backends.filebased.EmailBackend", []),
])  # fmt: skip
def test_where_strangers_may_sign_up_and_no_mail_goes_out_that_is_told(
    is_open: bool, backend: str, told: list[str]
) -> None:
    here = {"DEBUG": False, "ALLOWED_HOSTS": ["localhost"]}
    with override_settings(SIGNUP_OPEN=is_open, EMAIL_BACKEND=backend, **here):
        assert [finding.code for finding in mail.mail()] == told
