"""Diagnose an installation."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from processing import health
from processing.health import Check, CheckResult, Level, catalogue, mail

_WORDS = {Level.OK: "ok    ", Level.WARNING: "warn  ", Level.FAULT: "wrong "}


class Command(BaseCommand):
    """Print a line for each part: ok, or what is wrong and what to do. Exit with 1 on a fault."""

    help = "Look at everything an installation needs; say what is wrong and what to do."
    # Django's own checks need the database, or raise before the doctor can report anything.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the arguments for the output, the exit code and a test mail."""
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")
        parser.add_argument("--strict", action="store_true", help="exit with 1 for warnings too")
        parser.add_argument("--send-mail", metavar="ADDRESS", help="send a message there as a try")
        parser.add_argument(
            "--list", action="store_true", help="print all it can say, as Markdown; look at nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the checks and print the findings."""
        if options["list"]:
            self.stdout.write(catalogue.table())
            return
        findings = health.diagnose(
            _checks(options["send_mail"]), gate=health.GATE, gated=health.GATED
        )
        bad = (Level.FAULT, Level.WARNING) if options["strict"] else (Level.FAULT,)
        well = all(finding.level not in bad for finding in findings)
        if options["json"]:
            checks = [finding.as_json() for finding in findings]
            self.stdout.write(json.dumps({"ok": well, "checks": checks}, indent=2))
        else:
            for finding in findings:
                self._tell(finding)
        if not well:
            sys.exit(1)

    def _tell(self, finding: CheckResult) -> None:
        style = {
            Level.OK: self.style.SUCCESS,
            Level.WARNING: self.style.WARNING,
            Level.FAULT: self.style.ERROR,
        }[finding.level]
        rest = finding.detail if finding.ok else f"{finding.detail} {finding.hint}"
        code = "" if finding.ok or not finding.code else f" [{finding.code}]"
        self.stdout.write(style(f"{_WORDS[finding.level]}{finding.name}: {rest}{code}"))


def _checks(address: str | None) -> list[Check]:
    """Return all checks. If an address is given, the mail check also sends a message to it."""
    sends = mail.sending_to(address) if address else mail.mail
    return [sends if check is mail.mail else check for check in health.DOCTOR]
