"""A token opens one release until its time."""

import time
from uuid import uuid4

import pytest
from django.conf import LazySettings

from videos.playback import tokens
from videos.playback.gate import Audience


def test_a_token_opens_its_release_for_an_hour_and_twice_the_duration() -> None:
    release = uuid4()
    left = (
        tokens.check(tokens.issue(release, duration=600, audience=Audience.OPEN), release).until
        - time.time()
    )
    assert 3600 + 1200 <= left <= 3600 + 1200 + 1800


def test_a_token_stays_the_same_over_reloads(monkeypatch: pytest.MonkeyPatch) -> None:
    release = uuid4()
    monkeypatch.setattr("time.time", lambda: 1_800_000_100.0)
    first = tokens.issue(release, duration=10, audience=Audience.OPEN)
    monkeypatch.setattr("time.time", lambda: 1_800_000_160.0)
    assert tokens.issue(release, duration=10, audience=Audience.OPEN) == first


def test_an_expired_token_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    release = uuid4()
    token = tokens.issue(release, duration=0, audience=Audience.OPEN)
    end = tokens.check(token, release).until
    monkeypatch.setattr("time.time", lambda: float(end))
    with pytest.raises(tokens.BadToken):
        tokens.check(token, release)


@pytest.mark.parametrize("token", ["", "x", ".", "zzzz.", "totw60.AAAA", "1.2.3", "\N{SNOWMAN}.x"])
def test_a_forged_token_is_refused(token: str) -> None:
    with pytest.raises(tokens.BadToken):
        tokens.check(token, uuid4())


def test_a_token_of_another_release_or_with_a_later_time_is_refused() -> None:
    release = uuid4()
    token = tokens.issue(release, duration=0, audience=Audience.OPEN)
    expiry, _, signature = token.partition(".")
    with pytest.raises(tokens.BadToken):
        tokens.check(token, uuid4())
    with pytest.raises(tokens.BadToken):
        tokens.check(f"{expiry[:-1]}z.{signature}", release)


def test_a_token_of_a_key_that_was_replaced_is_good_while_that_is_a_fallback(
    settings: LazySettings,
) -> None:
    release, old = uuid4(), settings.SECRET_KEY
    token = tokens.issue(release, duration=0, audience=Audience.OPEN)
    settings.SECRET_KEY = "another key that is as long as one has to be"
    with pytest.raises(tokens.BadToken):
        tokens.check(token, release)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert tokens.check(token, release).until > time.time()
    assert tokens.issue(release, duration=0, audience=Audience.OPEN) != token
