"""The program that ``download`` starts in the sandbox: yt-dlp, with a way out to our proxy.

The sandbox has no network but its own loopback. A port there leads to the proxy's Unix socket,
which lies in the program's folder.
"""

from __future__ import annotations

import contextlib
import os
import runpy
import socket
import sys
import threading

_BLOCK_BYTES = 64 * 1024


def main(arguments: list[str]) -> None:
    """Run yt-dlp. The arguments are the folder it works in, the name of the proxy's socket there,
    and yt-dlp's own arguments."""
    folder, name, *own = arguments
    os.chdir(folder)
    os.environ["HOME"] = os.environ["TMPDIR"] = folder
    sys.argv = ["yt-dlp", "--proxy", f"http://127.0.0.1:{bridge(name)}", *own]
    runpy.run_module("yt_dlp", run_name="__main__", alter_sys=True)


def bridge(path: str) -> int:
    """Lead a port of this machine's loopback to a Unix socket, from a thread; return the port."""
    listening = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_take, args=(listening, path), daemon=True).start()
    return int(listening.getsockname()[1])


def _take(listening: socket.socket, path: str) -> None:
    while True:
        came, _ = listening.accept()
        onward = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            onward.connect(path)
        except OSError:
            came.close()
            onward.close()
            continue
        for ends in ((came, onward), (onward, came)):
            threading.Thread(target=_pass_on, args=ends, daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    """Pass on all bytes until one side ends. The other direction goes on."""
    try:
        while block := source.recv(_BLOCK_BYTES):
            target.sendall(block)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
