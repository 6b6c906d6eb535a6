"""All faults that the doctor can report: a module for each subject, a ``Kind`` for each fault.

docs/operations.md contains the output of ``table()``; a test checks that.
"""

from collections.abc import Iterator
from types import ModuleType

from processing.health.catalogue import (
    any_check,
    bucket,
    database,
    disk,
    mail,
    notifications,
    redis,
    site,
    sites,
    speech,
    tools,
    webhooks,
    work,
)
from processing.health.finding import Kind

SUBJECTS: tuple[tuple[str, ModuleType], ...] = (
    ("FFmpeg and its sandbox", tools),
    ("Database", database),
    ("Redis", redis),
    ("Bucket", bucket),
    ("Disk", disk),
    ("Workers and reconcilers", work),
    ("Site", site),
    ("Imports from sites", sites),
    ("Transcription", speech),
    ("Mail", mail),
    ("Webhooks", webhooks),
    ("Notifications", notifications),
    ("Any check", any_check),
)


def kinds(subject: ModuleType) -> Iterator[Kind]:
    """Return the kinds of faults of a subject."""
    return (kind for kind in vars(subject).values() if isinstance(kind, Kind))


def table() -> str:
    """Return all kinds as Markdown, with a table for each subject."""
    return "\n\n".join(_of_subject(title, subject) for title, subject in SUBJECTS)


def _of_subject(title: str, subject: ModuleType) -> str:
    rows = [f"| `{kind.code}`{_mark(kind)} | {kind.says} | {kind.do} |" for kind in kinds(subject)]
    return "\n".join(
        [f"### {title}", "", "| code | what is wrong | what to do |", "|---|---|---|", *rows]
    )


def _mark(kind: Kind) -> str:
    return " (warning)" if kind.lesser else ""
