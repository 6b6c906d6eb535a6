"""The reasons for rejecting a video: a code for programs and words for people. Pure.

docs/api.md lists them; a test holds it to that.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """A reason for rejection. Moderators choose by ``label``; the owner reads ``sentence`` unless
    the moderator writes another one. If it is empty, the moderator must write one."""

    code: str
    label: str
    sentence: str


_ALL = (
    Reason("spam", "Spam or advertising", "It is advertising, or repeats what is here already."),
    Reason(
        "misleading",
        "Misleading title or description",
        "Its title or description does not say what it shows.",
    ),
    Reason("sexual", "Sexual content", "It shows sexual content, which is not allowed here."),
    Reason("violence", "Violence", "It shows violence that is not allowed here."),
    Reason("hate", "Hate or harassment", "It attacks or humiliates people."),
    Reason(
        "privacy",
        "Somebody's privacy",
        "It shows people or personal data without their consent.",
    ),
    Reason("copyright", "Copyright", "It uses works of others without their permission."),
    Reason("illegal", "Illegal content", "Its content is against the law."),
    Reason("off_topic", "Not for this site", "It is not what this site is for."),
    Reason("other", "Another reason", ""),
)

REASONS = {reason.code: reason for reason in _ALL}
CHOICES = [(reason.code, reason.label) for reason in _ALL]


class UnknownReason(Exception):
    """Raised for an unknown reason code."""

    def __init__(self, code: str) -> None:
        super().__init__(f"there is no reason {code!r}")
        self.code = code


class SentenceMissing(Exception):
    """Raised when neither the reason nor the moderator gives a sentence."""


def sentence(code: str, written: str = "") -> str:
    """Return the sentence for the owner: the moderator's own, or else the reason's.

    Raises ``UnknownReason`` or ``SentenceMissing``.
    """
    reason = REASONS.get(code)
    if reason is None:
        raise UnknownReason(code)
    said = " ".join(written.split()) or reason.sentence
    if not said:
        raise SentenceMissing
    return said


def label(code: str) -> str:
    """Return the label of a reason; for a code that only another version knows, the code itself."""
    reason = REASONS.get(code)
    return reason.label if reason else code
