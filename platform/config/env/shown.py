"""What may be read of a value, wherever it was written: no password in it, and not all of it."""

import re

HIDDEN = "(hidden)"
_LONGEST = 100
# Up to the last @: a password that is not escaped may hold any character.
_IN_ADDRESS = re.compile(r"(://[^\s:/@,]*:).*(?=@)")
# To Redis a word alone is a name; who writes one means the password.
_ALONE = re.compile(r"(?i)(\brediss?://)[^\s:/@,]+(?=@)")
_IN_OPTION = re.compile(r"(?i)(\w*(?:passw|secret|token|signature|credential)\w*=)[^&\s'\"]+")


def without_passwords(text: str) -> str:
    """The text of an address, a list of them or a sentence about one."""
    for pattern in (_IN_ADDRESS, _ALONE, _IN_OPTION):
        text = pattern.sub(rf"\1{HIDDEN}", text)
    return text


def quoted(value: str) -> str:
    """The value as a sentence names it, in one line."""
    text = without_passwords(value)
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
