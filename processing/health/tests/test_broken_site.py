"""Hosts, origins and HTTPS that do not fit together are told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.test.utils import override_settings

from processing.health import site
from processing.health.catalogue import site as kinds
from processing.health.finding import Kind

PUBLIC = "vod.example.org"


@pytest.mark.parametrize(
    ("https", "given", "kind", "values"),
    [
        (True, {"ALLOWED_HOSTS": [PUBLIC], "DEBUG": True}, kinds.DEBUG, {}),
        (True, {"ALLOWED_HOSTS": ["*"]}, kinds.ANY_HOST, {}),
        (True, {"ALLOWED_HOSTS": ["localhost", "[::1]"]}, kinds.ONLY_LOCAL, {}),
        (False, {"ALLOWED_HOSTS": ["localhost", PUBLIC]}, kinds.PLAIN, {"host": PUBLIC}),
        (
            True,
            {"ALLOWED_HOSTS": [PUBLIC], "CSRF_TRUSTED_ORIGINS": ["https://a.example.org"]},
            kinds.ORIGIN_NOT_HOST,
            {"origin": "https://a.example.org"},
        ),
        (
            True,
            {"ALLOWED_HOSTS": [PUBLIC], "CSRF_TRUSTED_ORIGINS": [f"http://{PUBLIC}"]},
            kinds.ORIGIN_PLAIN,
            {"origin": f"http://{PUBLIC}"},
        ),
    ],
)
def test_what_does_not_fit_is_told(
    https: bool, given: dict[str, Any], kind: Kind, values: dict[str, object]
) -> None:
    fitting = {"DEBUG": False, "CSRF_TRUSTED_ORIGINS": [], **given}
    with override_settings(ENV=replace(settings.ENV, use_https=https), **fitting):
        assert site.address() == [kind.at("Address", **values)]


@pytest.mark.parametrize(
    ("https", "hosts", "origins"),
    [
        (True, [PUBLIC], [f"https://{PUBLIC}"]),
        (True, [".example.org"], ["https://*.example.org"]),
        (False, ["localhost", "127.0.0.1", "[::1]"], []),
        (False, ["films", "192.168.1.5", "films.local"], []),
    ],
)
def test_what_fits_is_well(https: bool, hosts: list[str], origins: list[str]) -> None:
    fitting = {"DEBUG": False, "CSRF_TRUSTED_ORIGINS": origins, "ALLOWED_HOSTS": hosts}
    with override_settings(ENV=replace(settings.ENV, use_https=https), **fitting):
        assert [finding.ok for finding in site.address()] == [True]
