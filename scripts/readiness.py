"""Asking a starting web process whether it can serve."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from http import HTTPStatus


class Probe:
    """Asks /readyz, and remembers the last answer for when it never becomes good."""

    def __init__(self, url: str, host: str) -> None:
        """The host is the name to ask for: one that ALLOWED_HOSTS lets in."""
        self.url = f"{url}/readyz"
        self._request = urllib.request.Request(self.url, headers={"Host": host})
        self.answer = "nothing answered"
        # A proxy of the environment is not for this machine's own addresses.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def succeeds(self) -> bool:
        """Whether /readyz answers 200 now."""
        try:
            with self._opener.open(self._request, timeout=5) as response:
                self.answer = f"{self.url} answered {response.status}"
                return bool(response.status == HTTPStatus.OK)
        except urllib.error.HTTPError as error:
            body = error.read(2000).decode(errors="replace").strip()
            self.answer = f"{self.url} answered {error.code}: {body}"
        except (OSError, http.client.HTTPException) as error:
            self.answer = f"{self.url}: {error}"
        return False
