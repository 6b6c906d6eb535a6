"""Secrets that are stored encrypted."""

import pytest
from django.conf import LazySettings

from accounts.sealing import NotSealedHere, seal, unseal


def test_what_was_sealed_can_be_opened_and_reads_as_nothing_before() -> None:
    sealed = seal("JBSWY3DPEHPK3PXP ß", "totp")

    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert sealed.isascii()
    assert unseal(sealed, "totp") == "JBSWY3DPEHPK3PXP ß"


def test_a_secret_is_opened_only_for_the_purpose_that_it_was_sealed_for() -> None:
    with pytest.raises(NotSealedHere):
        unseal(seal("whsec_1", "webhook"), "totp")


@pytest.mark.parametrize("text", ["", "plain", "gAAAA", "ß" * 40])
def test_text_that_was_not_sealed_is_refused(text: str) -> None:
    with pytest.raises(NotSealedHere):
        unseal(text, "totp")


def test_an_earlier_secret_key_opens_and_does_not_seal(settings: LazySettings) -> None:
    settings.SECRET_KEY = "earlier" * 10
    sealed = seal("one", "totp")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "now" * 20, ["earlier" * 10]

    assert unseal(sealed, "totp") == "one"
    fresh = seal("two", "totp")

    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(fresh, "totp") == "two"
    with pytest.raises(NotSealedHere):
        unseal(sealed, "totp")
