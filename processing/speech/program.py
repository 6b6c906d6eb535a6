"""The program that `transcribe` starts: loads an engine, and prints what it hears.

Each line is an object of JSON: first which engine has which model, then what was said next, as
``Heard`` has it, with the words as lists of start, end and text. A line with an ``error`` is the
last.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from processing.speech.registry import open_engine
from processing.speech.transcriber import SpeechError


def main(arguments: list[str]) -> None:
    """Transcribe one file. The arguments are its path, the folder to keep files in, the language,
    the name of the engine, the path of its model or nothing, and how many threads it may use."""
    sound, folder, language, name, model, threads = arguments
    os.chdir(folder)
    os.environ["HOME"] = os.environ["TMPDIR"] = folder
    try:
        engine = open_engine(name, Path(model) if model else None, threads=int(threads))
        _say({"engine": engine.name, "model": engine.model})
        for heard in engine.transcribe(Path(sound), language):
            words = [[word.start, word.end, word.text] for word in heard.words]
            _say({"until": heard.until, "language": heard.language, "words": words})
    except SpeechError as error:
        _say({"error": error.code})


def _say(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
