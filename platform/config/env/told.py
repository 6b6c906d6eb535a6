"""The doctor's JSON output when the settings are wrong, so that the doctor itself cannot start."""

import json
from collections.abc import Iterable

CODE = "settings_wrong"
HINT = "Set it as .env.example says; `manage.py settings` then tells what is in force."


def as_json(faults: Iterable[str]) -> str:
    """Return the doctor's JSON object with a fault for each sentence."""
    checks = [
        {"name": "Settings", "code": CODE, "level": "fault", "detail": fault, "hint": HINT}
        for fault in faults
    ]
    return json.dumps({"ok": False, "checks": checks}, indent=2)
