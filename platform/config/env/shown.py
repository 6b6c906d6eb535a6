"""Prepare values for display: without passwords, and shortened."""

import re

HIDDEN = "(hidden)"
_LONGEST = 100
# Up to the last @: an unescaped password may contain any character.
_IN_ADDRESS = re.compile(r"(://[^\s:/@,]*:).*(?=@)")
# Redis reads a single word before the @ as a user name; people who write one mean the password.
_ALONE = re.compile(r"(?i)(\brediss?://)[^\s:/@,]+(?=@)")
_IN_OPTION = re.compile(r"(?i)(\w*(?:passw|secret|token|signature|credential)\w*=)[^&\s'\"]+")


def without_passwords(text: str) -> str:
    """Return the text with its passwords hidden: an address, a list of addresses, or a sentence
    about one."""
    for pattern in (_IN_ADDRESS, _ALONE, _IN_OPTION):
        text = pattern.sub(rf"\1{HIDDEN}", text)
    return text


def quoted(value: str) -> str:
    """Return the value in quotes for a sentence: on one line, shortened, without passwords."""
    text = without_passwords(value)
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
