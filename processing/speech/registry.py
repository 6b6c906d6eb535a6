"""The engines by the names that the setting has for them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from processing.speech.transcriber import EngineMissing, ModelMissing, Transcriber


@dataclass(frozen=True)
class Engine:
    """How an engine is found: its adapter, the package it needs, and what its model is made of.

    ``requirements`` is the file that installs it. ``files`` are those a folder must have to be a
    model; None if the model is a file.
    """

    adapter: str
    package: str
    requirements: str
    files: tuple[str, ...] | None
    has_model: bool = False
    """Whether the package brings a model, so that no path needs to be set."""

    @property
    def packages(self) -> Path | None:
        """The folder in which the package is installed; None if it is not."""
        spec = find_spec(self.package)
        if spec is None or spec.origin is None:
            return None
        return Path(spec.origin).resolve().parents[1]

    def missed(self, path: Path | None) -> str:
        """Return what is missing of a model at a path, or in the package; empty if it is whole."""
        if path is None:
            return "" if self.has_model else "it is not set"
        if self.files is None:
            return "" if path.is_file() else f"{path.name} is no file"
        if not path.is_dir():
            return f"{path.name} is no folder"
        return next(
            (f"{path.name} has no {name}" for name in self.files if not (path / name).exists()), ""
        )


ENGINES: dict[str, Engine] = {
    "faster-whisper": Engine(
        "processing.speech.engines.faster_whisper:FasterWhisper",
        "faster_whisper",
        "speech-faster-whisper.txt",
        # Without the latter two it would ask the network for them, or guess.
        ("model.bin", "config.json", "tokenizer.json"),
    ),
    "whisper.cpp": Engine(
        "processing.speech.engines.whisper_cpp:WhisperCpp",
        "pywhispercpp",
        "speech-whisper-cpp.txt",
        None,
    ),
    "pocketsphinx": Engine(
        "processing.speech.engines.pocketsphinx:PocketSphinx",
        "pocketsphinx",
        "speech-pocketsphinx.txt",
        ("en-us", "en-us.lm.bin", "cmudict-en-us.dict"),
        has_model=True,
    ),
}


def open_engine(name: str, model: Path | None, *, threads: int) -> Transcriber:
    """Load an engine and its model, which may take a while and gigabytes.

    Raises ``EngineMissing`` or ``ModelMissing``.
    """
    engine = ENGINES[name]
    if engine.missed(model):
        raise ModelMissing
    module, _, adapter = engine.adapter.partition(":")
    build: Callable[[Path | None, int], Transcriber] = getattr(
        importlib.import_module(module), adapter
    )
    try:
        return build(model, threads)
    except ImportError as error:
        raise EngineMissing from error
