"""Drivers for browsers that playwright cannot drive: Debian's Firefox by Marionette, the protocol
that geckodriver also uses, and WebKitGTK by its WebDriver. Both evaluate scripts like a page of
playwright."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.servers.process import Process, free_port, wait_until

SECONDS = 180
_BEGIN_SECONDS = 60
_CALLED = """
const [expression, argument, done] = arguments;
(async () => {
  const found = (0, eval)(`(${expression})`);
  return typeof found === "function" ? found(argument) : found;
})().then((value) => done({ value }), (error) => done({ error: `${error} ${error.stack}` }));
"""
_PREFERENCES = {
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "toolkit.telemetry.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


class ScriptFailed(Exception):
    """Raised when a script or the browser reports an error; carries its message."""


class Tab:
    """A tab that shows a page; `command` sends a WebDriver command to the browser."""

    def __init__(self, command: Callable[[str, Mapping[str, Any]], Any]) -> None:
        self._command = command

    def goto(self, address: str) -> None:
        """Show a page, and wait until it is loaded."""
        self._command("navigate", {"url": address})

    def evaluate(self, expression: str, argument: object = None) -> Any:
        """Return the value of an expression, or of a function called with the argument; promises
        are awaited."""
        answer = self._command("execute", {"script": _CALLED, "args": [expression, argument]})
        if "error" in answer:
            raise ScriptFailed(answer["error"])
        return answer.get("value")

    def wait_for_function(self, expression: str, *, arg: object = None) -> None:
        """Wait until an expression or function is true."""
        wait_until(lambda: bool(self.evaluate(expression, arg)), expression)


@contextmanager
def firefox(folder: Path) -> Iterator[Tab]:
    """Run Debian's Firefox, or another Firefox, without a window."""
    port = free_port()
    written = {**_PREFERENCES, "marionette.port": port}
    lines = [f'user_pref("{name}", {json.dumps(value)});' for name, value in written.items()]
    (folder / "user.js").write_text("\n".join(lines))
    program = shutil.which("firefox-esr") or shutil.which("firefox") or "firefox"
    command = [program, "--headless", "--marionette", "--no-remote", "--profile", str(folder)]
    with _running("firefox", command, folder), ExitStack() as cleanup:
        tab = _Marionette(cleanup.enter_context(_connected(port)))
        yield Tab(tab.command)


class _Marionette:
    """A Marionette connection. Messages are JSON prefixed with its length:
    `[0, id, name, parameters]`, answered by `[1, id, error, result]`."""

    _NAMES = {"navigate": "WebDriver:Navigate", "execute": "WebDriver:ExecuteAsyncScript"}

    def __init__(self, connection: socket.socket) -> None:
        self._file = connection.makefile("rwb")
        self._count = 0
        self._receive()  # the server's greeting
        self._ask("WebDriver:NewSession", {"timeouts": {"script": SECONDS * 1000}})

    def command(self, name: str, parameters: Mapping[str, Any]) -> Any:
        """Send a command and return its result."""
        answer = self._ask(self._NAMES[name], parameters)
        return answer.get("value") if isinstance(answer, dict) else answer

    def _ask(self, name: str, parameters: Mapping[str, Any]) -> Any:
        self._count += 1
        data = json.dumps([0, self._count, name, parameters]).encode()
        self._file.write(b"%d:%s" % (len(data), data))
        self._file.flush()
        _, _, error, result = self._receive()
        if error:
            raise ScriptFailed(f"{name}: {error}")
        return result

    def _receive(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            byte = self._file.read(1)
            if not byte:
                raise ScriptFailed("the browser hung up")
            length += byte
        return json.loads(self._file.read(int(length[:-1])))


@contextmanager
def _connected(port: int) -> Iterator[socket.socket]:
    def answers() -> bool:
        with socket.socket() as trial:
            return trial.connect_ex(("127.0.0.1", port)) == 0

    wait_until(answers, "Firefox listens", _BEGIN_SECONDS)
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS + 20) as connection:
        yield connection


def mini_browser() -> Path | None:
    """Return the path of WebKitGTK's MiniBrowser, which its driver starts."""
    found = Path("/usr/lib").glob("*/webkit*gtk-*/MiniBrowser")
    return max(found, default=None)


@contextmanager
def webkit(folder: Path) -> Iterator[Tab]:
    """Run WebKitGTK on a virtual screen of its own."""
    port = free_port()
    ours = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "GDK_BACKEND": "x11"}
    ours |= {"LIBGL_ALWAYS_SOFTWARE": "1", "WEBKIT_DISABLE_DMABUF_RENDERER": "1"}
    command = ["xvfb-run", "-a", "WebKitWebDriver", f"--port={port}"]
    options = {"binary": str(mini_browser()), "args": ["--automation"]}
    wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
    base = f"http://127.0.0.1:{port}/session"
    with _running("webkit", command, folder, ours), requests.Session() as asking:
        wait_until(lambda: _listens(port), "WebKitWebDriver listens", _BEGIN_SECONDS)
        session = _post(asking, base, wanted)["sessionId"]
        names = {"navigate": "url", "execute": "execute/async"}
        try:
            _post(asking, f"{base}/{session}/timeouts", {"script": SECONDS * 1000})
            yield Tab(lambda name, more: _post(asking, f"{base}/{session}/{names[name]}", more))
        finally:
            asking.delete(f"{base}/{session}", timeout=20)


def _listens(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


def _post(asking: requests.Session, address: str, body: Mapping[str, Any]) -> Any:
    answer = asking.post(address, json=body, timeout=SECONDS + 20)
    value = answer.json()["value"]
    if answer.status_code != 200:
        raise ScriptFailed(str(value))
    return value


@contextmanager
def _running(
    name: str, command: list[str], folder: Path, more: Mapping[str, str] | None = None
) -> Iterator[None]:
    environment = {**os.environ, "MOZ_CRASHREPORTER_DISABLE": "1", **(more or {})}
    process = Process(name, command, log=folder / f"{name}.log", environment=environment)
    process.start()
    try:
        yield
    finally:
        process.stop()
