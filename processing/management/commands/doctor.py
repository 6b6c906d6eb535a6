"""Tell what is wrong with an installation."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from processing import health
from processing.health import Level

_WORDS = {Level.OK: "ok    ", Level.WARNING: "warn  ", Level.FAULT: "wrong "}


class Command(BaseCommand):
    """A line for each part: ok, or what to do. Exit code 1 when something is at fault."""

    help = "Check Python, FFmpeg, sandbox, database, Redis, storage, workers; say what to do."

    def add_arguments(self, parser: CommandParser) -> None:
        """For people, or for programs."""
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Diagnose."""
        findings = health.diagnose(health.DOCTOR)
        well = all(finding.level != Level.FAULT for finding in findings)
        if options["json"]:
            checks = [finding.as_json() for finding in findings]
            self.stdout.write(json.dumps({"ok": well, "checks": checks}, indent=2))
        else:
            for finding in findings:
                self._tell(finding)
        if not well:
            sys.exit(1)

    def _tell(self, finding: health.Finding) -> None:
        style = {
            Level.OK: self.style.SUCCESS,
            Level.WARNING: self.style.WARNING,
            Level.FAULT: self.style.ERROR,
        }[finding.level]
        said = f" ({finding.detail})" if finding.detail else ""
        rest = f": {finding.detail}" if finding.ok else f"{said}: {finding.hint}"
        self.stdout.write(style(f"{_WORDS[finding.level]}{finding.name}{rest}"))
