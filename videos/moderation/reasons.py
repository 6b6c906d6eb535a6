"""Why a video may be rejected: a code for programs, words for people. Pure.

docs/api.md lists them; a test holds it to that.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """``label`` is what moderators choose by; ``sentence`` what the owner reads unless the
    moderator writes another. Where it is empty they must write one."""

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
    """Raised for a code that stands for no reason."""

    def __init__(self, code: str) -> None:
        super().__init__(f"there is no reason {code!r}")
        self.code = code


class SentenceMissing(Exception):
    """Raised when a reason says nothing by itself, and neither does the moderator."""


def sentence(code: str, written: str = "") -> str:
    """What the owner is told: the moderator's own sentence, or the reason's.

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
    """A reason in words, also one that only another version knows."""
    reason = REASONS.get(code)
    return reason.label if reason else code
