"""nginx with the shipped configuration, on free ports and in a folder of its own."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.certificates import Certificates, made_in
from tests.servers.process import Process, free_port, start_on_free_port

SHIPPED = Path(__file__).resolve().parents[2] / "docker" / "nginx.conf"
_MAIN = """\
daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    access_log off;
    include {folder}/vodloom.conf;
}}
"""


@dataclass
class Nginx:
    """A running proxy for localhost, with the certificates of its TLS."""

    process: Process
    port: int
    plain_port: int
    folder: Path
    certificates: Certificates

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def access_log(self) -> str:
        return (self.folder / "access.log").read_text()


def installed() -> bool:
    """Whether nginx is installed."""
    return shutil.which("nginx") is not None


@contextmanager
def running_nginx(web_ports: Sequence[int]) -> Iterator[Nginx]:
    """Run a new proxy before web processes at these ports."""
    with tempfile.TemporaryDirectory(prefix="vodloom-nginx-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # its workers run as another user
        certificates = made_in(folder)
        plain_port = free_port()
        process, port = start_on_free_port(
            lambda port: _server(folder, port, plain_port, web_ports, certificates), _answers
        )
        try:
            yield Nginx(process, port, plain_port, folder, certificates)
        finally:
            process.stop()


def shipped(
    folder: Path, port: int, plain_port: int, web_ports: Sequence[int], tls: Certificates
) -> str:
    """Return the shipped configuration with the operator's values replaced and with free ports."""
    servers = "\n".join(f"    server 127.0.0.1:{one} max_fails=0;" for one in web_ports)
    text = SHIPPED.read_text()
    changes = {
        "    server 127.0.0.1:8000 max_fails=0;\n    server 127.0.0.1:8001 max_fails=0;": servers,
        "server_name vod.example.org;": "server_name localhost;",
        "/etc/nginx/tls/vodloom.pem": str(tls.certificate),
        "/etc/nginx/tls/vodloom.key": str(tls.key),
        "/var/log/nginx/vodloom.log": str(folder / "access.log"),
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl http2;\n": "",
        "listen 80;": f"listen 127.0.0.1:{plain_port};",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
    }
    for shown, ours in changes.items():
        assert shown in text, shown
        text = text.replace(shown, ours)
    return text


def _server(
    folder: Path, port: int, plain_port: int, web_ports: Sequence[int], tls: Certificates
) -> Process:
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder))
    (folder / "vodloom.conf").write_text(shipped(folder, port, plain_port, web_ports, tls))
    command = ["nginx", "-p", str(folder), "-e", str(folder / "error.log")]
    command += ["-c", str(folder / "nginx.conf")]
    return Process("nginx", command, log=folder / "log")


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True
