"""Tell what is wrong with an installation."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from processing import health


class Command(BaseCommand):
    """A line for each part: ok, or what to do. Exit code 1 when something is wrong."""

    help = "Check Python, FFmpeg, sandbox, database, Redis, storage and workers."

    def handle(self, *args: Any, **options: Any) -> None:
        """Diagnose."""
        findings = [check() for check in health.DOCTOR]
        for finding in findings:
            self._tell(finding)
        if not all(finding.ok for finding in findings):
            sys.exit(1)

    def _tell(self, finding: health.Finding) -> None:
        if finding.ok:
            self.stdout.write(self.style.SUCCESS(f"ok    {finding.name}: {finding.detail}"))
            return
        said = f" ({finding.detail})" if finding.detail else ""
        self.stdout.write(self.style.ERROR(f"wrong {finding.name}{said}: {finding.hint}"))
