"""Ask a web process on this machine whether it can serve.

Run as a program, it asks /healthz once, for the container's health check.
"""

from __future__ import annotations

import http.client
import os
import sys
import urllib.error
import urllib.request
from http import HTTPStatus


class Probe:
    """Asks a URL, and remembers the last answer for the message if it never succeeds."""

    def __init__(self, url: str, allowed_hosts: str) -> None:
        """`allowed_hosts` is the setting ALLOWED_HOSTS: the server answers only those hosts."""
        self.answer = "nothing answered"
        self._request = urllib.request.Request(url, headers={"Host": _one_of(allowed_hosts)})
        # A proxy that the environment names must not be used for this machine's own addresses.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def succeeds(self) -> bool:
        """Ask once and return whether the answer is 200."""
        url = self._request.full_url
        try:
            with self._opener.open(self._request, timeout=5) as response:
                self.answer = f"{url} answered {response.status}"
                return bool(response.status == HTTPStatus.OK)
        except urllib.error.HTTPError as error:
            body = error.read(2000).decode(errors="replace").strip()
            self.answer = f"{url} answered {error.code}: {body}"
        except (OSError, http.client.HTTPException) as error:
            self.answer = f"{url}: {error}"
        return False


def _one_of(allowed_hosts: str) -> str:
    hosts = [host.strip() for host in allowed_hosts.split(",") if host.strip()]
    if not hosts or {"127.0.0.1", "*"} & set(hosts):
        return "127.0.0.1"
    return hosts[0].removeprefix(".")


if __name__ == "__main__":
    probe = Probe(
        f"http://127.0.0.1:{os.environ.get('PORT') or 8000}/healthz",
        os.environ.get("ALLOWED_HOSTS", ""),
    )
    healthy = probe.succeeds()
    print(probe.answer)
    sys.exit(not healthy)
