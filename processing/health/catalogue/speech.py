"""The faults of transcription."""

from processing.health.finding import Kind

NO_ENGINE = Kind(
    "transcriber_missing",
    "VODLOOM_TRANSCRIBER is {engine}, and that is not installed.",
    "Install requirements/{requirements} in place of production.txt, or set it to off.",
)
NO_MODEL = Kind(
    "transcriber_model_missing",
    "VODLOOM_TRANSCRIBER_MODEL names no model of {engine}: {missed}.",
    "Put the model there for the user of the workers, or name its place.",
)
