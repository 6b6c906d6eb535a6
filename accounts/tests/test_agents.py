"""Browsers and apps by the names that their users know."""

import pytest

from accounts import agents

_GECKO = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0 Safari/537.36 Edg/140.0"
)
_IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (_GECKO, "Firefox on Linux"),
        (_EDGE, "Edge on Windows"),
        (_IPHONE, "Safari on iPhone"),
        ("Films/2.1 (iOS)", "Films/2.1 (iOS)"),
        ("x" * 200, "x" * 60),
        ("  ", agents.UNKNOWN),
    ],
)
def test_an_agent_is_named(agent: str, name: str) -> None:
    assert agents.name_of(agent) == name
